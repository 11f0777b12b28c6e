/** A cursor over the text of a role claim key. */
import { RoleClaimKeyError } from './role-claim-key-error.js';

const BLANKS = /[ \t\r\n]*/y;

export class PathScanner {
  private at = 0;

  constructor(private readonly text: string) {}

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  skipBlanks(): void {
    this.take(BLANKS);
  }

  /** Moves behind `token` if it comes next. */
  eat(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.eat(token)) this.fail(`'${token}' expected`);
  }

  peek(): string {
    return this.text.charAt(this.at);
  }

  next(): string {
    const char = this.peek();
    this.at += 1;
    return char;
  }

  /** The match of a sticky pattern at the cursor, which moves behind it. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text)?.[0];
    if (match !== undefined) this.at += match.length;
    return match;
  }

  /** Tries one way of reading and goes back when it is refused. */
  attempt<T>(read: () => T | undefined): T | undefined {
    const start = this.at;
    const result = read();
    if (result === undefined) this.at = start;
    return result;
  }

  /** @throws RoleClaimKeyError */
  fail(reason: string): never {
    throw new RoleClaimKeyError(this.text, `${reason} at character ${this.at + 1}`);
  }
}
