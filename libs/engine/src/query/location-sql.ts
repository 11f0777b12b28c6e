/** The key of a single inserted row, for its Location header: key columns in, one SQL expression over the changed rows out. */
import { pageAlias } from './body-sql.js';
import { ident, join, sql, type SqlFragment } from './sql.js';

/** A json array of the key's values as texts, in the order of the columns; null unless there is exactly one row. */
export function locationSql(primaryKey: readonly string[]): SqlFragment {
  if (primaryKey.length === 0) return sql`null::text`;
  const values = primaryKey.map((column) => sql`(pg_catalog.to_json(${ident(pageAlias)}.${ident(column)}) #>> '{}')`);
  return sql`case when pg_catalog.count(*) = 1 then pg_catalog.min(pg_catalog.json_build_array(${join(values, ', ')})::text) end`;
}
