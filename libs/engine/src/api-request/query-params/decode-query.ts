/** Splits a raw query string: percent-encoded text in, decoded pairs out, or the canonical form. */
import { isUtf8 } from 'node:buffer';
import { engineError } from '../../error/engine-error.js';

/** In order of arrival; the value is undefined where no `=` was sent. */
export type DecodedPairs = readonly (readonly [name: string, value: string | undefined])[];

/**
 * `&` and `;` separate; `+` is a space; a percent sign without two hex digits is itself.
 *
 * @throws PERCH100 when the bytes are not UTF-8
 */
export function decodeQuery(raw: string): DecodedPairs {
  if (raw === '') return [];
  return splitPairs(raw).map(([name, value]) => [decode(name), value === undefined ? undefined : decode(value)]);
}

/** Decodes a part of a query string that holds no separator. @throws PERCH100 when the bytes are not UTF-8 */
export function decodeQueryText(encoded: string): string {
  return decode(bytesAsCharacters(encoded));
}

/** The query as Content-Location shows it: sorted by name, values of one name joined by commas, encoded again. */
export function canonicalQuery(raw: string): string {
  return raw === '' ? '' : canonicalForm(splitPairs(raw));
}

/** Bytes, each as the character of its number. */
type BytePair = readonly [name: string, value: string | undefined];

/** A separator at the very end begins nothing. */
function splitPairs(raw: string): readonly BytePair[] {
  const items = raw.split(/[&;]/);
  if (items.at(-1) === '') items.pop();
  return items.map((item) => {
    const equals = item.indexOf('=');
    if (equals < 0) return [bytesAsCharacters(item), undefined];
    return [bytesAsCharacters(item.slice(0, equals)), bytesAsCharacters(item.slice(equals + 1))];
  });
}

const ascii = /^[\x00-\x7f]*$/;
/** What encodeURIComponent leaves as it is. */
const marks: Readonly<Record<string, string>> = { '!': '%21', "'": '%27', '(': '%28', ')': '%29', '*': '%2A' };
/** What needs no encoding. */
const unreserved = /^[A-Za-z0-9._~-]*$/;

/** The bytes that a percent-encoded text stands for; a character that is not encoded is the byte of its number. */
export function bytesOf(encoded: string, plus = ' '): Buffer {
  const bytes = Buffer.from(encoded, 'latin1');
  const plusCode = plus.charCodeAt(0);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const code = bytes[at] ?? 0;
    const decoded = code === percent ? escapedAt(bytes, at) : undefined;
    bytes[length] = decoded ?? (code === plusSign ? plusCode : code);
    length += 1;
    if (decoded !== undefined) at += 2;
  }
  return bytes.subarray(0, length);
}

const percent = 0x25;
const plusSign = 0x2b;

/** undefined where no two hexadecimal digits follow. */
function escapedAt(bytes: Buffer, at: number): number | undefined {
  const high = hexDigit(bytes[at + 1] ?? 0);
  const low = hexDigit(bytes[at + 2] ?? 0);
  return high === undefined || low === undefined ? undefined : 16 * high + low;
}

function hexDigit(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}

function bytesAsCharacters(encoded: string): string {
  const spaced = encoded.includes('+') ? encoded.replaceAll('+', ' ') : encoded;
  if (!spaced.includes('%')) return spaced;
  return (
    decodedAscii(spaced) ??
    spaced.replace(/%([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
  );
}

/** By far the usual case, and the built-in is fast: undefined where it refuses or finds more than ASCII. */
function decodedAscii(encoded: string): string | undefined {
  try {
    const text = decodeURIComponent(encoded);
    return ascii.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function decode(bytes: string): string {
  if (ascii.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  if (!isUtf8(buffer)) throw engineError('PERCH100', { part: 'query string' });
  return buffer.toString('utf8');
}

/**
 * Each byte stands as the character of its number, and that character's UTF-8 is what is percent-encoded: text beyond ASCII
 * comes out encoded twice. Recorded so; clients only compare.
 */
function canonicalForm(pairs: readonly BytePair[]): string {
  const [only] = pairs;
  if (only !== undefined && pairs.length === 1)
    return `${encodeCharacters(only[0])}=${encodeCharacters(only[1] ?? '')}`;
  const valuesByName = new Map<string, string>();
  for (const [name, value = ''] of pairs) {
    const before = valuesByName.get(name);
    const text = encodeCharacters(value);
    valuesByName.set(name, before === undefined ? text : `${before},${text}`);
  }
  const byName = [...valuesByName].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return byName.map(([name, text]) => `${encodeCharacters(name)}=${text}`).join('&');
}

function encodeCharacters(text: string): string {
  if (unreserved.test(text)) return text;
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => marks[mark] ?? mark);
}
