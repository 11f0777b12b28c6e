import { oneOf } from './scope.sql.js';

/**
 * One row per exposed view and per view below one: oid and the parse tree of its query as text, which notes for every
 * column of the result the relation and column that it is a plain copy of.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-rewrite.html
 */
export const viewsSql = `
select v.oid, r.ev_action::text
from pg_rewrite r
join pg_class v on v.oid = r.ev_class and v.relnamespace = ${oneOf('view_schemas')}
where r.ev_class = ${oneOf('seen_through')} and r.rulename = '_RETURN'
order by v.oid`;
