import { exposedRelations } from './exposed.sql.js';

/**
 * One row per exposed relation: oid, schema, name, relkind, comment, and what can be done to it as PostgreSQL's bit mask
 * (4 update, 8 insert, 16 delete), INSTEAD OF triggers counted, and whether it is a partition (t/f).
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-class.html
 */
export const tablesSql = `
with ${exposedRelations}
select e.oid, e.nspname, e.relname, e.relkind, d.description,
  case
    when e.relkind in ('r', 'p') then 28
    when e.relkind = 'm' then 0
    else pg_relation_is_updatable(e.oid, true)
  end,
  e.relispartition
from exposed e
left join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = e.oid and d.objsubid = 0
order by e.nspname, e.relname`;
