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

function decode(encoded: string): string {
  if (!/[%+]|[^\x00-\x7f]/.test(encoded)) return encoded;
  try {
    return utf8.decode(bytesOf(encoded));
  } catch (cause) {
    throw engineError('PERCH100', { part: 'query string' }, cause);
  }
}

/** The bytes that a percent-encoded text stands for; a character that is not encoded is the byte of its number. */
export function bytesOf(encoded: string, plus = ' '): Buffer {
  const pieces = encoded.replaceAll('+', plus).split(/(%[0-9a-fA-F]{2})/);
  return Buffer.concat(
    pieces.map((piece, index) => (index % 2 === 1 ? Buffer.from(piece.slice(1), 'hex') : Buffer.from(piece, 'latin1'))),
  );
}

/**
 * Each byte stands as the character of its number, and that character's UTF-8 is what is percent-encoded: text beyond ASCII
 * comes out encoded twice. Recorded so; clients only compare.
 */
function canonicalForm(pairs: readonly EncodedPair[]): string {
  const valuesByName = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const key = bytesOf(name).toString('latin1');
    const values = valuesByName.get(key);
    const text = encodeComponent(bytesOf(value ?? '').toString('latin1'));
    if (values === undefined) valuesByName.set(key, [text]);
    else values.push(text);
  }
  const names = [...valuesByName.keys()].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
  return names.map((name) => `${encodeComponent(name)}=${(valuesByName.get(name) ?? []).join(',')}`).join('&');
}

function encodeComponent(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
