/** The Cookie header as pairs, as `request.cookies` shows them to SQL: nothing is unquoted or decoded. */

export type Pairs = readonly (readonly [name: string, value: string])[];

/** One entry per name, the last one sent. Blanks before a name do not belong to it. */
export function parseCookies(headers: readonly string[]): Pairs {
  const cookies = headers.flatMap((header) => {
    const items = header.split(';');
    if (items.at(-1) === '') items.pop();
    return items.map((item): readonly [string, string] => {
      const text = item.replace(/^ +/, '');
      const equals = text.indexOf('=');
      return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
    });
  });
  return [...new Map(cookies)];
}
