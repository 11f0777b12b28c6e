/**
 * A page of rows, asked for by `limit`/`offset` or by a Range header, and how the two meet. Bigints, because PostgreSQL (not
 * we) decides what is too large.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/pagination_count.html
 */

export interface Range {
  /** Rows to skip. Never negative at the top level; below it PostgreSQL refuses a negative one. */
  readonly offset: bigint;
  /** Rows to take; undefined for all. Never negative at the top level; below it PostgreSQL refuses a negative one (2201W). */
  readonly limit: bigint | undefined;
}

export const allRows: Range = { offset: 0n, limit: undefined };

/**
 * The rows of a Range header, as `0-9` or `5-`; undefined for any other text, which is ignored.
 *
 * The limit is not positive where the last row comes before the first.
 */
export function parseRangeHeader(text: string): Range | undefined {
  const [, first, last] = /^ *([0-9]{1,1000})-([0-9]{0,1000}) *$/.exec(text) ?? [];
  if (first === undefined || last === undefined) return undefined;
  const offset = BigInt(first);
  return { offset, limit: last === '' ? undefined : BigInt(last) - offset + 1n };
}

/** The rows that are in both ranges; a limit that is not positive means that there are none. */
export function intersectRanges(left: Range, right: Range): Range {
  const offset = left.offset > right.offset ? left.offset : right.offset;
  const ends = [endOf(left), endOf(right)].filter((end) => end !== undefined);
  const [end, other] = ends;
  if (end === undefined) return { offset, limit: undefined };
  return { offset, limit: (other === undefined || end < other ? end : other) - offset };
}

/** The row behind the last one; undefined where there is no last one. */
function endOf({ offset, limit }: Range): bigint | undefined {
  return limit === undefined ? undefined : offset + limit;
}
