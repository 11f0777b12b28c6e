import { reachedViews } from './exposed.sql.js';

/**
 * One row per exposed view and per view below one: oid and the parse tree of its query as text, which notes for every
 * column of the result the relation and column that it is a plain copy of.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-rewrite.html
 */
export const viewsSql = `
with recursive ${reachedViews}
select v.oid, r.ev_action::text
from reached_views v
join pg_rewrite r on r.ev_class = v.oid and r.rulename = '_RETURN'
order by v.oid`;
