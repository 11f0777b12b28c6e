/**
 * Looks through a JSON text for the keys of its rows, without building the values: PostgreSQL reads those itself. Takes
 * time in proportion to the text, whatever its shape, and no stack; in slices.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */

export type JsonOutline =
  | { readonly kind: 'object'; readonly keys: readonly string[] }
  /** `keys` of every row; undefined when they differ or a row is no object. */
  | { readonly kind: 'array'; readonly keys: readonly string[] | undefined }
  | { readonly kind: 'scalar' };

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
/** Half of a surrogate pair is no escape, as for PostgREST. */
const escape =
  /\\(?:["\\/bfnrt]|u(?:[0-9abcefABCEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}|[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}))/y;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const literal = /true|false|null/y;
/** Different keys of one row. Far above the columns of a table and the parameters of a function: those beyond are not kept. */
const mostKeys = 10_000;

/** undefined when the text is not JSON. */
export function scanJson(text: string): JsonOutline | undefined {
  const scan = new JsonScan(text);
  scan.goOn(Infinity);
  return scan.outline();
}

export class JsonScan {
  #position = 0;
  #isDone = false;
  /** Once set, nothing that was read counts. */
  #hasFailed = false;
  #kind: JsonOutline['kind'] = 'scalar';
  /** What closes the brackets that are open, the innermost last: as many as `#depth`. */
  #closing = new Uint8Array(16);
  #depth = 0;
  /** How many of them there are around a row. */
  #rowDepth = 0;
  /** Keys of the first row, as they are written, in their order. */
  #first: readonly string[] | undefined;
  /** All rows so far have the same keys. */
  #isUniform = true;
  /** Keys of this row. undefined as long as all were those of the first: rows mostly look like that. */
  #keys: string[] | undefined;
  #keyCount = 0;
  /** Of some row not all keys are kept: those of others cannot be compared with them. */
  #hasManyKeys = false;

  constructor(private readonly text: string) {
    this.#skipBlanks();
    if (this.#code() !== openBracket) return;
    this.#kind = 'array';
    this.#rowDepth = 1;
  }

  /** @param characters after which it may stop. @returns whether it came to the end. */
  goOn(characters: number): boolean {
    const until = this.#position + characters;
    while (!this.#isDone && this.#position < until) this.#value();
    return this.#isDone;
  }

  /** Of a scan that came to the end; undefined when the text is not JSON. */
  outline(): JsonOutline | undefined {
    if (this.#hasFailed) return undefined;
    const keys = [...decodeKeys(this.#first ?? [])];
    switch (this.#kind) {
      case 'object':
        return { kind: 'object', keys };
      case 'array':
        return { kind: 'array', keys: this.#isUniform ? keys : undefined };
      case 'scalar':
        return { kind: 'scalar' };
    }
  }

  /** A value begins here: steps over it, or into it, and on to the next one. */
  #value(): void {
    this.#skipBlanks();
    const code = this.#code();
    const depth = this.#depth;
    if (code === openBrace) {
      if (depth === this.#rowDepth) this.#beginRow();
      this.#open(closeBrace);
    } else {
      if (depth === this.#rowDepth && depth > 0) this.#isUniform = false;
      if (code === openBracket) this.#open(closeBracket);
      else {
        this.#skipScalar();
        this.#behindValue();
      }
    }
  }

  #open(closing: number): void {
    this.#position += 1;
    this.#skipBlanks();
    if (this.#code() === closing) {
      this.#position += 1;
      if (closing === closeBrace && this.#depth === this.#rowDepth) this.#endRow();
      this.#behindValue();
      return;
    }
    this.#push(closing);
    if (closing === closeBrace) this.#key();
  }

  /** Closes what ends here, or steps to the next value. */
  #behindValue(): void {
    while (!this.#isDone) {
      this.#skipBlanks();
      const depth = this.#depth;
      if (depth === 0) {
        this.#isDone = true;
        this.#hasFailed = this.#position < this.text.length;
        return;
      }
      const closing = this.#closing[depth - 1];
      const code = this.#code();
      this.#position += 1;
      if (code === comma) {
        this.#skipBlanks();
        if (closing === closeBrace) this.#key();
        return;
      }
      if (code !== closing) return this.#fail();
      this.#depth -= 1;
      if (closing === closeBrace && depth - 1 === this.#rowDepth) this.#endRow();
    }
  }

  /** Millions of brackets may be open: twice the room each time it is used up. */
  #push(closing: number): void {
    if (this.#depth === this.#closing.length) {
      const more = new Uint8Array(2 * this.#depth);
      more.set(this.#closing);
      this.#closing = more;
    }
    this.#closing[this.#depth] = closing;
    this.#depth += 1;
  }

  #beginRow(): void {
    if (this.#rowDepth === 0) this.#kind = 'object';
    this.#keys = undefined;
    this.#keyCount = 0;
  }

  #endRow(): void {
    if (!this.#isUniform) return;
    const first = this.#first ?? [];
    const keys = this.#keys ?? (this.#keyCount === first.length ? first : first.slice(0, this.#keyCount));
    if (this.#first === undefined) this.#first = keys;
    else if (keys !== first && !this.#hasManyKeys) this.#isUniform = sameKeys(first, keys);
  }

  #key(): void {
    if (this.#depth === this.#rowDepth + 1 && this.#isUniform) this.#rowKey();
    else this.#skipString();
    this.#skipBlanks();
    if (this.#code() === colon) this.#position += 1;
    else this.#fail();
  }

  #rowKey(): void {
    const start = this.#position;
    const likely = this.#keys === undefined ? this.#first?.[this.#keyCount] : undefined;
    if (likely !== undefined && this.text.startsWith(likely, start)) this.#position += likely.length;
    else {
      this.#keys ??= (this.#first ?? []).slice(0, this.#keyCount);
      this.#skipString();
      this.#keep(this.#keys, this.text.slice(start, this.#position));
    }
    this.#keyCount += 1;
  }

  /** From time to time those that repeat are left out, so that a row of millions takes no more room than one of many. */
  #keep(keys: string[], key: string): void {
    if (keys.length >= 2 * mostKeys) {
      if (this.#hasManyKeys) return;
      keys = this.#keys = [...new Set(keys)];
      this.#hasManyKeys = keys.length > mostKeys;
    }
    keys.push(key);
  }

  #skipScalar(): void {
    if (this.#code() === quote) this.#skipString();
    else if (!this.#skip(number) && !this.#skip(literal)) this.#fail();
  }

  /**
   * Behind an escape or a letter that is not ASCII a control character is let through, as by PostgREST's parser: PostgreSQL
   * refuses it then (22P02).
   */
  #skipString(): void {
    if (this.#code() !== quote) return this.#fail();
    this.#position += 1;
    let lenient = false;
    for (let code = this.#code(); code !== quote; code = this.#code()) {
      if (code === backslash) {
        if (!this.#skip(escape)) return this.#fail();
        lenient = true;
        continue;
      }
      if (code >= 0x80) lenient = true;
      // What lies behind the end is neither.
      if (code >= 0x20 || (lenient && code < 0x20)) this.#position += 1;
      else return this.#fail();
    }
    this.#position += 1;
  }

  #skipBlanks(): void {
    for (
      let code = this.#code();
      code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
      code = this.#code()
    ) {
      this.#position += 1;
    }
  }

  /** Of the next UTF-16 unit; NaN at the end. */
  #code(): number {
    return this.text.charCodeAt(this.#position);
  }

  #fail(): void {
    this.#hasFailed = true;
    this.#isDone = true;
  }

  /** Whether it stepped over anything. */
  #skip(sticky: RegExp): boolean {
    sticky.lastIndex = this.#position;
    if (!sticky.test(this.text) || sticky.lastIndex === this.#position) return false;
    this.#position = sticky.lastIndex;
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
