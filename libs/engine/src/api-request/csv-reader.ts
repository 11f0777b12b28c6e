/** A cursor over CSV text: fields, commas and line ends in their order out; a field as text, or as JSON. */
import { engineError } from '../error/engine-error.js';
import type { Slices } from '../slices.js';

const comma = 0x2c;
const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const backslash = 0x5c;
/** Characters that an error repeats. */
const shownCharacters = 100;

export class CsvReader {
  /** Behind the last field once that was found whole. */
  position = 0;
  /** Of the field: where its text begins and, as far as it was looked at, ends. */
  #start = 0;
  #end = 0;
  #isQuoted = false;
  #isUnderway = false;
  /** JSON shows it as it is. */
  #isPlain = true;

  /** @param sliceLength characters that are looked at in one go. */
  constructor(
    private readonly text: string,
    private readonly sliceLength: number,
  ) {}

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** Of the last field. */
  get isEmpty(): boolean {
    return this.#start === this.#end;
  }

  /** Its JSON is better made in slices. */
  get isLong(): boolean {
    return this.#end - this.#start > this.sliceLength;
  }

  /** Finds the field that begins here, or goes on to do so. @returns whether its end is found. */
  field(): boolean {
    if (!this.#isUnderway) {
      this.#isUnderway = true;
      this.#isPlain = true;
      this.#isQuoted = this.text.charCodeAt(this.position) === quote;
      this.#start = this.#isQuoted ? this.position + 1 : this.position;
      this.#end = this.#start;
    }
    this.#isUnderway = !(this.#isQuoted ? this.#findQuotedEnd() : this.#findEnd());
    return !this.#isUnderway;
  }

  takeComma(): boolean {
    if (this.text.charCodeAt(this.position) !== comma) return false;
    this.position += 1;
    return true;
  }

  endLine(): boolean {
    const code = this.text.charCodeAt(this.position);
    if (code !== lineFeed && code !== carriageReturn) return false;
    this.position += code === carriageReturn && this.text.charCodeAt(this.position + 1) === lineFeed ? 2 : 1;
    return true;
  }

  fail(reason: string): never {
    const rest = this.text.slice(this.position, this.position + shownCharacters + 1);
    const shown = JSON.stringify(rest.slice(0, shownCharacters));
    throw engineError('PGRST102', {
      reason: `parse error (${reason}) at ${shown}${rest.length > shownCharacters ? ' (truncated)' : ''}`,
    });
  }

  /** The last field's text. */
  value(): string {
    return this.#unquoted(this.#start, this.#end);
  }

  /** The last field as a JSON value. */
  json(): string {
    if (!this.#isPlain) return JSON.stringify(this.value());
    const text = this.text.slice(this.#start, this.#end);
    return text === 'NULL' ? 'null' : `"${text}"`;
  }

  /** The same for a long one. */
  *longJson(): Slices<string> {
    const pieces: string[] = [];
    for (let from = this.#start; from < this.#end;) {
      const to = this.#cut(from, Math.min(from + this.sliceLength, this.#end));
      pieces.push(JSON.stringify(this.#unquoted(from, to)).slice(1, -1));
      from = to;
      yield;
    }
    return `"${pieces.join('')}"`;
  }

  /** Where a piece may end: not between the halves of a character, nor of a doubled quote. */
  #cut(from: number, to: number): number {
    if (to === this.#end) return to;
    if (this.text.charCodeAt(to) === quote) {
      // Quotes come in pairs here: the number of those before tells which half this is.
      let first = to;
      while (first > from && this.text.charCodeAt(first - 1) === quote) first -= 1;
      return (to - first) % 2 === 0 ? to : to - 1;
    }
    return (this.text.charCodeAt(to) & 0xfc00) === 0xdc00 ? to - 1 : to;
  }

  /** A doubled quote stands for one. Splitting is several times as fast as replacing where there are many. */
  #unquoted(from: number, to: number): string {
    const text = this.text.slice(from, to);
    return this.#isQuoted && text.includes('"') ? text.split('""').join('"') : text;
  }

  #findEnd(): boolean {
    const { text } = this;
    const until = Math.min(this.#end + this.sliceLength, text.length);
    let at = this.#end;
    for (; at < until; at += 1) {
      const code = text.charCodeAt(at);
      if (code > backslash) continue;
      if (code === comma || code === lineFeed || code === carriageReturn || code === quote) break;
      if (code === backslash || code < 0x20) this.#isPlain = false;
    }
    this.#end = at;
    if (at === until && until < text.length) return false;
    this.position = at;
    return true;
  }

  #findQuotedEnd(): boolean {
    const { text } = this;
    const until = Math.min(this.#end + this.sliceLength, text.length);
    let at = this.#end;
    for (; at < until; at += 1) {
      const code = text.charCodeAt(at);
      if (code > backslash) continue;
      if (code === backslash || code < 0x20) this.#isPlain = false;
      if (code !== quote) continue;
      if (text.charCodeAt(at + 1) !== quote) break;
      this.#isPlain = false;
      at += 1;
    }
    this.#end = Math.min(at, text.length);
    if (at >= until && at < text.length) return false;
    const isClosed = at < text.length;
    this.position = isClosed ? at + 1 : text.length;
    if (!isClosed) this.#end = Math.max(this.#start, text.length - 1);
    return true;
  }
}
