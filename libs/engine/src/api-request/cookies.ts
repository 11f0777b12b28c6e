/** The Cookie header as pairs, as `request.cookies` shows them to SQL: nothing is unquoted or decoded. */

export type Pairs = readonly (readonly [name: string, value: string])[];

/**
 * One entry per name, the last one sent. Blanks before a name do not belong to it.
 *
 * @param header the first Cookie header: there may be only one (RFC 6265 section 5.4), and PostgREST reads no other
 */
export function parseCookies(header: string): Pairs {
  const items = header.split(';');
  if (items.at(-1) === '') items.pop();
  const cookies = items.map((item): readonly [string, string] => {
    const text = item.replace(/^ +/, '');
    const equals = text.indexOf('=');
    return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
  });
  return [...new Map(cookies)];
}
