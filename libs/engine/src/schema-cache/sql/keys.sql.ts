import { reachedViews } from './exposed.sql.js';

/**
 * One row per primary key (p), unique (u) and foreign key (f) constraint of the exposed tables and of the tables below
 * exposed views: kind, relation's oid, name, column numbers, referenced relation's oid, referenced column numbers.
 *
 * Foreign keys that a partition has because its parent has them are left out.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-constraint.html
 */
export const keysSql = `
with recursive ${reachedViews},
  bases as materialized (
    select oid from exposed where relkind in ('r', 'p', 'f')
    union
    select d.refobjid
    from reached_views v
    join pg_rewrite r on r.ev_class = v.oid and r.rulename = '_RETURN'
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
  )
select k.contype, k.conrelid, k.conname, array_to_json(k.conkey), nullif(k.confrelid, 0), array_to_json(k.confkey)
from pg_constraint k
where k.contype in ('p', 'u', 'f') and (k.contype <> 'f' or k.conparentid = 0)
  and k.conrelid in (select oid from bases)
  and (k.contype <> 'f' or k.confrelid in (select oid from bases))
order by k.conname, k.oid`;
