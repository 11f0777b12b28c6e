/** A cursor over one parameter's text; says where and why a text stops making sense. Knows characters, not grammar. */
import { EngineError, engineError } from '../../error/engine-error.js';

/** Levels of parentheses. Far above what a person writes, far below what would use up the stack. */
export const maxDepth = 500;

/** Characters of a parameter that an error repeats. */
const shownCharacters = 500;

export class Scanner {
  /** Index of the next character, in UTF-16 units. */
  position = 0;

  /**
   * @param text what is read
   * @param subject what an error calls it, as `filter` in `failed to parse filter (x)`
   * @param shown what an error repeats of it, when that is not the whole text
   */
  constructor(
    readonly text: string,
    readonly subject: string,
    private readonly shown: string = text,
  ) {}

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** The next character (a UTF-16 unit), '' at the end. */
  peek(): string {
    return this.text[this.position] ?? '';
  }

  at(expected: string): boolean {
    return this.text.startsWith(expected, this.position);
  }

  /** Steps over the expected text if it comes next. */
  take(expected: string): boolean {
    if (!this.at(expected)) return false;
    this.position += expected.length;
    return true;
  }

  /** Steps over the expected text. @throws PGRST100 when something else comes next */
  expect(expected: string): void {
    if (!this.take(expected)) this.fail(`"${expected}"`);
  }

  /**
   * Steps over what a sticky expression matches here and returns it; '' when it does not match.
   *
   * Only for expressions that repeat nothing but one class of characters: a repeated group would use up the stack on a long text.
   */
  match(sticky: RegExp): string {
    sticky.lastIndex = this.position;
    if (!sticky.test(this.text)) return '';
    const start = this.position;
    this.position = sticky.lastIndex;
    return this.text.slice(start, this.position);
  }

  skipBlanks(): void {
    while (this.peek() === ' ' || this.peek() === '\t') this.position += 1;
  }

  /** @throws PGRST100 always, naming line and column (from 1) and what would have been right */
  fail(expected: string, position = this.position): never {
    throw this.error(expected, position);
  }

  error(expected: string, position = this.position): EngineError {
    const before = this.text.slice(0, position);
    const found = this.text.codePointAt(position);
    return engineError('PGRST100', {
      subject: `failed to parse ${this.subject} (${shorten(this.shown)})`,
      line: before.split('\n').length,
      column: [...before.slice(before.lastIndexOf('\n') + 1)].length + 1,
      details: `unexpected ${found === undefined ? 'end of input' : `"${String.fromCodePoint(found)}"`} expecting ${expected}`,
    });
  }
}

function shorten(text: string): string {
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters).replace(/[\ud800-\udbff]$/, '')}…`;
}
