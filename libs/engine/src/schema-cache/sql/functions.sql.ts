import { oneOf } from './scope.sql.js';

/**
 * One row per function (f) and aggregate (a) of an exposed schema, and per function elsewhere that makes a row of a relation
 * there out of one value; sorted by schema and name: schema, name, kind, comment, names of all arguments (array), types of the
 * input arguments as printed (array), modes of all arguments (array), how many have a default, first input argument's type
 * (oid), returned type as oid, schema, name and kind (b, c, d ...), returns a set (t/f), at most one row (t/f), volatility
 * (i, s, v), SET clauses (array of `name=value`).
 *
 * PostgreSQL's own functions have object ids below 16384.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-proc.html
 */
export const functionsSql = `
select (select nspname from pg_namespace n where n.oid = p.pronamespace), p.proname, p.prokind,
  (select description from pg_description where classoid = 'pg_proc'::regclass and objoid = p.oid and objsubid = 0),
  p.proargnames, p.proargtypes::oid[]::regtype[], p.proargmodes, p.pronargdefaults, p.proargtypes[0],
  t.oid, (select nspname from pg_namespace n where n.oid = t.typnamespace), t.typname, t.typtype,
  p.proretset, not p.proretset or p.prorows = 1, p.provolatile, p.proconfig
from pg_proc p
join pg_type t on t.oid = p.prorettype
where p.oid >= 16384 and p.prokind in ('f', 'a') and (
  p.pronamespace = ${oneOf('schemas')}
  or p.prokind = 'f' and p.pronargs = 1 and t.typtype = 'c' and t.typnamespace = ${oneOf('schemas')}
)
order by 1, 2, p.oid`;

/**
 * One row per type ($1, a JSON array of oids) that is of a relation's rows: type's oid, relation's schema and name.
 */
export const rowTypesSql = `
select c.reltype, n.nspname, c.relname
from pg_type t
join pg_class c on c.oid = t.typrelid and c.relkind in ('r', 'p', 'v', 'm', 'f')
join pg_namespace n on n.oid = c.relnamespace
where t.oid in (select json_array_elements_text($1::json)::oid)`;
