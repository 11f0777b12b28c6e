/**
 * The claims of a token as PostgREST shows them to SQL: without blanks, the members of every object in the order of their
 * names, and with the role that counts. Of a repeated one the last counts (RFC 7519 section 4; PostgREST keeps the first).
 * Numbers keep the text that they have: to parse and write them anew would change long ones.
 */
import { InternalError } from '@perch/engine';

/** @param claimsText a JSON object, checked by JSON.parse before, and not deep: values are read by recursion. */
export function forceRole(claimsText: string, role: string): string {
  const members = new ClaimsReader(claimsText).members();
  return written(members.set('role', JSON.stringify(role)));
}

function written(members: ReadonlyMap<string, string>): string {
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

const literal = /[^\s,\]}]+/y;

/** Stands before a value, behind it after each of its methods. */
class ClaimsReader {
  private at = 0;

  constructor(private readonly text: string) {}

  /** Of the object here: values as they are to be written, by name. */
  members(): Map<string, string> {
    const members = new Map<string, string>();
    this.items('{', '}', () => {
      const name = this.string();
      this.take(':');
      members.set(name, this.value());
    });
    return members;
  }

  private value(): string {
    this.skipBlanks();
    switch (this.text[this.at]) {
      case '{':
        return written(this.members());
      case '[': {
        const values: string[] = [];
        this.items('[', ']', () => values.push(this.value()));
        return `[${values.join(',')}]`;
      }
      case '"':
        return JSON.stringify(this.string());
      default:
        return this.literal();
    }
  }

  private items(open: string, close: string, readItem: () => void): void {
    if (!this.take(open)) throw new InternalError('claims that were JSON end early');
    if (this.take(close)) return;
    do readItem();
    while (this.take(','));
    if (!this.take(close)) throw new InternalError('claims that were JSON end early');
  }

  private string(): string {
    this.skipBlanks();
    const start = this.at;
    this.at += 1;
    while (this.at < this.text.length && this.text[this.at] !== '"') this.at += this.text[this.at] === '\\' ? 2 : 1;
    this.at += 1;
    const quoted = this.text.slice(start, this.at);
    if (!quoted.includes('\\')) return quoted.slice(1, -1);
    const parsed: unknown = JSON.parse(quoted);
    return String(parsed);
  }

  /** A number, true, false or null. */
  private literal(): string {
    literal.lastIndex = this.at;
    const text = literal.exec(this.text)?.[0] ?? '';
    this.at += text.length;
    return text;
  }

  /** Whether it was there, blanks before it left out. */
  private take(character: string): boolean {
    this.skipBlanks();
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private skipBlanks(): void {
    while (' \t\n\r'.includes(this.text[this.at] ?? '\0')) this.at += 1;
  }
}
