import { exposedRelations } from './exposed.sql.js';

/**
 * One row per function, in any schema, of one parameter that is an exposed relation's row and that returns rows of an exposed
 * relation: function's schema and name, parameter's relation (oid), returned relation (oid), at most one row (t/f).
 *
 * PostgreSQL's own functions, with object ids below 16384, take no relation's row.
 */
export const computedRelationshipsSql = `
with ${exposedRelations}
select n.nspname, p.proname, o.oid, t.oid, not p.proretset or p.prorows = 1
from pg_proc p
join exposed o on p.pronargs = 1 and o.reltype = p.proargtypes[0]
join exposed t on t.reltype = p.prorettype
join pg_namespace n on n.oid = p.pronamespace
where p.oid >= 16384 and p.prokind = 'f'
order by n.nspname, p.proname, p.oid`;
