/** Splits a raw query string: percent-encoded text in, decoded pairs and the canonical form out. */
import { engineError } from '../../error/engine-error.js';

export interface DecodedQuery {
  /** In order of arrival; the value is undefined where no `=` was sent. */
  readonly pairs: readonly (readonly [name: string, value: string | undefined])[];
  /** Sorted by name, values of one name joined by commas, encoded again. */
  readonly canonical: string;
}

/**
 * `&` and `;` separate; `+` is a space; a percent sign without two hex digits is itself.
 *
 * @throws PERCH100 when the bytes are not UTF-8
 */
export function decodeQuery(raw: string): DecodedQuery {
  if (raw === '') return { pairs: [], canonical: '' };
  const encoded = splitPairs(raw);
  const pairs = encoded.map(
    ([name, value]) => [decode(name), value === undefined ? undefined : decode(value)] as const,
  );
  return { pairs, canonical: canonicalForm(encoded) };
}

type EncodedPair = readonly [name: string, value: string | undefined];

/** A separator at the very end begins nothing. */
function splitPairs(raw: string): readonly EncodedPair[] {
  const items = raw.split(/[&;]/);
  if (items.at(-1) === '') items.pop();
  return items.map((item) => {
    const equals = item.indexOf('=');
    return equals < 0 ? [item, undefined] : [item.slice(0, equals), item.slice(equals + 1)];
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What needs no decoding. */
const plain = /^[\x00-\x24\x26-\x2a\x2c-\x7f]*$/;
/** What needs no encoding. */
const unreserved = /^[A-Za-z0-9._~-]*$/;

function decode(encoded: string): string {
  if (plain.test(encoded)) return encoded;
  try {
    return utf8.decode(bytesOf(encoded));
  } catch (cause) {
    throw engineError('PERCH100', { part: 'query string' }, cause);
  }
}

/** The bytes that a percent-encoded text stands for; a character that is not encoded is the byte of its number. */
export function bytesOf(encoded: string, plus = ' '): Buffer {
  return Buffer.from(bytesAsCharacters(encoded, plus), 'latin1');
}

/** The same, each byte as the character of its number. */
function bytesAsCharacters(encoded: string, plus: string): string {
  if (plain.test(encoded)) return encoded;
  return encoded
    .replaceAll('+', plus)
    .replace(/%([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/**
 * Each byte stands as the character of its number, and that character's UTF-8 is what is percent-encoded: text beyond ASCII
 * comes out encoded twice. Recorded so; clients only compare.
 */
function canonicalForm(pairs: readonly EncodedPair[]): string {
  const valuesByName = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const key = bytesAsCharacters(name, ' ');
    const text = encodeCharacters(bytesAsCharacters(value ?? '', ' '));
    const values = valuesByName.get(key);
    if (values === undefined) valuesByName.set(key, [text]);
    else values.push(text);
  }
  const byName = [...valuesByName].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return byName.map(([name, values]) => `${encodeCharacters(name)}=${values.join(',')}`).join('&');
}

function encodeCharacters(text: string): string {
  if (unreserved.test(text)) return text;
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
