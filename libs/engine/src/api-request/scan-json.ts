/**
 * Looks through a JSON text for the keys of its rows, without building the values: PostgreSQL reads those itself. Takes
 * time in proportion to the text, whatever its shape, and no stack.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */

export type JsonOutline =
  | { readonly kind: 'object'; readonly keys: readonly string[] }
  /** `keys` of every row; undefined when they differ or a row is no object. */
  | { readonly kind: 'array'; readonly keys: readonly string[] | undefined }
  | { readonly kind: 'scalar' };

const quote = 0x22;
const backslash = 0x5c;
/** Half of a surrogate pair is no escape, as for PostgREST. */
const escape =
  /\\(?:["\\/bfnrt]|u(?:[0-9abcefABCEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}|[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}))/y;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const literal = /true|false|null/y;

/** undefined when the text is not JSON. */
export function scanJson(text: string): JsonOutline | undefined {
  const scanner = new JsonScanner(text);
  const outline = scanner.outline();
  return scanner.failed || !scanner.atEnd ? undefined : outline;
}

class JsonScanner {
  /** Once set, nothing that was read counts. */
  failed = false;
  private position = 0;

  constructor(private readonly text: string) {}

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  outline(): JsonOutline {
    this.skipBlanks();
    const outline = this.outlineHere();
    this.skipBlanks();
    return outline;
  }

  private outlineHere(): JsonOutline {
    switch (this.text[this.position]) {
      case '{':
        return { kind: 'object', keys: [...decodeKeys(this.objectKeys())] };
      case '[':
        return { kind: 'array', keys: this.rowKeys() };
      default:
        this.skipValue();
        return { kind: 'scalar' };
    }
  }

  /** The keys that all elements of the array have in common, if they do. */
  private rowKeys(): readonly string[] | undefined {
    let first: readonly string[] | undefined;
    let uniform = true;
    this.items('[', ']', () => {
      if (!this.at('{') || !uniform) {
        uniform = false;
        this.skipValue();
        return;
      }
      const keys = this.objectKeys(first);
      first ??= keys;
      uniform = keys === first || sameKeys(first, keys);
    });
    return uniform ? [...decodeKeys(first ?? [])] : undefined;
  }

  /**
   * Keys of the object here as they are written, in their order.
   *
   * @param likely returned itself when these are the keys, without a copy: rows mostly look like the first
   */
  private objectKeys(likely: readonly string[] = []): readonly string[] {
    /** undefined as long as all keys were the likely ones. */
    let keys: string[] | undefined;
    let count = 0;
    this.items('{', '}', () => {
      const start = this.position;
      const expected = likely[count];
      if (keys === undefined && expected !== undefined && this.text.startsWith(expected, start)) {
        this.position += expected.length;
      } else {
        keys ??= likely.slice(0, count);
        this.skipString();
        keys.push(this.text.slice(start, this.position));
      }
      count += 1;
      this.skipBlanks();
      this.expect(':');
      this.skipBlanks();
      this.skipValue();
    });
    return keys ?? (count === likely.length ? likely : likely.slice(0, count));
  }

  /** What stands between commas, from an opening to a closing bracket. */
  private items(open: string, close: string, readItem: () => void): void {
    this.expect(open);
    this.skipBlanks();
    if (this.take(close)) return;
    do {
      this.skipBlanks();
      readItem();
      this.skipBlanks();
    } while (!this.failed && this.take(','));
    this.expect(close);
  }

  /** Steps over a value of any depth; the open brackets are kept in a list, not on the stack. */
  private skipValue(): void {
    if (!this.at('{') && !this.at('[')) return this.skipScalar();
    const closing: string[] = [];
    do {
      this.skipBlanks();
      const opened = this.take('{') ? '}' : this.take('[') ? ']' : undefined;
      if (opened === undefined) this.skipScalar();
      else {
        this.skipBlanks();
        if (!this.take(opened)) {
          closing.push(opened);
          if (opened === '}') this.skipKey();
          continue;
        }
      }
      this.closeValues(closing);
    } while (closing.length > 0 && !this.failed);
  }

  /** Behind a value: closes what ends here, or steps to the next one. */
  private closeValues(closing: string[]): void {
    while (closing.length > 0 && !this.failed) {
      const close = closing.at(-1) ?? '';
      this.skipBlanks();
      if (this.take(',')) {
        this.skipBlanks();
        if (close === '}') this.skipKey();
        return;
      }
      this.expect(close);
      closing.pop();
    }
  }

  private skipKey(): void {
    this.skipString();
    this.skipBlanks();
    this.expect(':');
  }

  private skipScalar(): void {
    if (this.at('"')) return this.skipString();
    if (!this.skip(number) && !this.skip(literal)) this.failed = true;
  }

  /**
   * Behind an escape or a letter that is not ASCII a control character is let through, as by PostgREST's parser: PostgreSQL
   * refuses it then (22P02).
   */
  private skipString(): void {
    this.expect('"');
    let lenient = false;
    for (let code = this.code(); !this.failed && code !== quote; code = this.code()) {
      if (code === backslash) {
        this.failed ||= !this.skip(escape);
        lenient = true;
        continue;
      }
      if (code >= 0x80) lenient = true;
      // What lies behind the end is neither.
      if (code >= 0x20 || (lenient && code < 0x20)) this.position += 1;
      else this.failed = true;
    }
    this.position += 1;
  }

  private skipBlanks(): void {
    for (let code = this.code(); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09; code = this.code()) {
      this.position += 1;
    }
  }

  /** Of the next UTF-16 unit; NaN at the end. */
  private code(): number {
    return this.text.charCodeAt(this.position);
  }

  private expect(character: string): void {
    if (!this.take(character)) this.failed = true;
  }

  private at(character: string): boolean {
    return this.text[this.position] === character;
  }

  private take(character: string): boolean {
    if (!this.at(character)) return false;
    this.position += 1;
    return true;
  }

  /** Whether it stepped over anything. */
  private skip(sticky: RegExp): boolean {
    sticky.lastIndex = this.position;
    if (!sticky.test(this.text) || sticky.lastIndex === this.position) return false;
    this.position = sticky.lastIndex;
    return true;
  }
}

function sameKeys(left: readonly string[], right: readonly string[]): boolean {
  if (left.length === right.length && left.every((key, index) => key === right[index])) return true;
  const [some, others] = [decodeKeys(left), decodeKeys(right)];
  return some.size === others.size && [...some].every((key) => others.has(key));
}

/** Written keys without their quotes and escapes. */
function decodeKeys(keys: readonly string[]): ReadonlySet<string> {
  return new Set(keys.map((key) => (key.includes('\\') ? decodeKey(key) : key.slice(1, -1))));
}

function decodeKey(key: string): string {
  try {
    const text: unknown = JSON.parse(key.replace(/[\x00-\x1f]/g, escapeControl));
    return typeof text === 'string' ? text : key;
  } catch {
    // Only a text that is refused as a whole has such a key.
    return key;
  }
}

function escapeControl(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
