/** A range of rows in, LIMIT and OFFSET out. Where there is neither, the text has neither. */
import type { Range } from '../range.js';
import { empty, param, sql, type SqlFragment } from './sql.js';

/** ` limit ... offset ...` with a leading blank, or nothing. What is too large or negative, PostgreSQL refuses. */
export function rangeSql({ limit, offset }: Range): SqlFragment {
  const first = limit === undefined ? empty : sql` limit ${param(String(limit))}`;
  return offset === 0n ? first : sql`${first} offset ${param(String(offset))}`;
}
