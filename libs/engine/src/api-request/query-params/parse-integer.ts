/** The numbers of `limit`, `offset` and `max-affected`: text in, an integer or nothing out. */

const digits = 10_000;
const decimal = /^[0-9]+$/;
const prefixed = /^0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)$/;

/**
 * An integer as the dialect reads it: decimal, `0x`, `0o` or `0b`, with a minus, blanks and parentheses around it.
 *
 * undefined for anything else (a plus sign, a fraction, an exponent, a number of more than 10,000 digits): such a parameter
 * is not an error, it is ignored.
 */
export function parseInteger(text: string): bigint | undefined {
  if (text.length > digits) return undefined;
  let inner = text.trim();
  while (inner.startsWith('(') && inner.endsWith(')')) inner = inner.slice(1, -1).trim();
  const negative = inner.startsWith('-');
  const magnitude = negative ? inner.slice(1).trimStart() : inner;
  if (!decimal.test(magnitude) && !prefixed.test(magnitude)) return undefined;
  return negative ? -BigInt(magnitude) : BigInt(magnitude);
}
