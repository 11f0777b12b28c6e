import { oneOf } from './scope.sql.js';

/**
 * One row per exposed relation, sorted by name: oid, schema's oid, name, relkind, its rows' type (oid), whether it is a
 * partition (t/f), and of views and foreign tables what can be done to them as PostgreSQL's bit mask (4 update, 8 insert,
 * 16 delete), INSTEAD OF triggers counted.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-class.html
 */
export const relationsSql = `
select oid, relnamespace, relname, relkind, reltype, relispartition,
  case when relkind in ('v', 'f') then pg_relation_is_updatable(oid, true) end
from pg_class
where oid = ${oneOf('relations')}
order by relname`;
