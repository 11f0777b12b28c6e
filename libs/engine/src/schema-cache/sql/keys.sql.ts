import { oneOfEither } from './scope.sql.js';

/**
 * One row per primary key (p), unique (u) and foreign key (f) constraint of the exposed tables and of the tables below
 * exposed views: kind, relation's oid, name, column numbers, referenced relation's oid (0 for none), referenced column
 * numbers.
 *
 * Foreign keys that a partition has because its parent has them are left out.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-constraint.html
 */
export const keysSql = `
select contype, conrelid, conname, conkey, confrelid, confkey
from pg_constraint
where conrelid = ${oneOfEither('relations', 'seen_through')}
  and contype in ('p', 'u', 'f') and (contype <> 'f' or conparentid = 0)
order by conname, oid`;
