import { oneOf } from './scope.sql.js';

/**
 * One row per domain, in any schema: oid, schema, name, name as printed, default's expression, the type below as oid, schema,
 * name, name as printed and kind (b, c, d, e ...), modifier (-1 for none), not null (t/f).
 *
 * A default is printed anew: as text PostgreSQL keeps it with the names of the search path that it was made under.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-type.html
 */
export const typesSql = `
select t.oid, (select nspname from pg_namespace n where n.oid = t.typnamespace), t.typname, t.oid::regtype, pg_get_expr(t.typdefaultbin, 0),
  b.oid, (select nspname from pg_namespace n where n.oid = b.typnamespace), b.typname, b.oid::regtype, b.typtype,
  t.typtypmod, t.typnotnull
from pg_type t
join pg_type b on b.oid = t.typbasetype
where t.typtype = 'd'`;

/**
 * One row per label of every enum that a column of an exposed relation or any domain is of, in order: enum's oid, label.
 *
 * PostgreSQL's own types, with object ids below 16384, are no enums.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-enum.html
 */
export const enumLabelsSql = `
select enumtypid, enumlabel
from pg_enum
where enumtypid = any (
  array(select distinct atttypid from pg_attribute where attrelid = ${oneOf('relations')} and atttypid >= 16384)
  || array(select typbasetype from pg_type where typtype = 'd' and typbasetype >= 16384)
)
order by enumtypid, enumsortorder`;

/**
 * One row per implicit cast by a function that the connecting role may call: from (oid, name as printed), to (the same),
 * function's schema and name.
 *
 * @see https://www.postgresql.org/docs/current/sql-createcast.html
 */
export const castsSql = `
select c.castsource, c.castsource::regtype, c.casttarget, c.casttarget::regtype,
  (select nspname from pg_namespace n where n.oid = p.pronamespace), p.proname
from pg_cast c
join pg_proc p on p.oid = c.castfunc
where c.oid >= 16384 and c.castcontext = 'i' and c.castmethod = 'f' and has_function_privilege(p.oid, 'execute')`;
