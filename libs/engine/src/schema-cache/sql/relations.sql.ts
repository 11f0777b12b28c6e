import { oneOf } from './scope.sql.js';

/**
 * One row per exposed relation, sorted by name: oid, schema's oid, name, relkind, its rows' type (oid), whether it is a
 * partition (t/f), and of views and foreign tables what can be done to them as PostgreSQL's bit mask (4 update, 8 insert,
 * 16 delete), INSTEAD OF triggers counted.
 *
 * PostgreSQL asks a foreign table's wrapper, and fails where that has no handler (55000).
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-class.html
 */
export const relationsSql = relations('pg_relation_is_updatable(oid, true)');

/**
 * The same where a wrapper has no handler: its foreign tables, and what is a view of them, cannot be written to.
 *
 * @see https://www.postgresql.org/docs/current/sql-createforeigndatawrapper.html
 */
export const relationsBesideDeadWrappersSql = `
with recursive dead (oid) as (
  select t.ftrelid
  from pg_foreign_table t
  join pg_foreign_server s on s.oid = t.ftserver
  join pg_foreign_data_wrapper w on w.oid = s.srvfdw
  where w.fdwhandler = 0
  union
  select r.ev_class
  from dead
  join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = dead.oid and d.classid = 'pg_rewrite'::regclass
  join pg_rewrite r on r.oid = d.objid
)
${relations('case when oid in (select oid from dead) then 0 else pg_relation_is_updatable(oid, true) end')}`;

function relations(writable: string): string {
  return `
select oid, relnamespace, relname, relkind, reltype, relispartition,
  case when relkind in ('v', 'f') then ${writable} end
from pg_class
where oid = ${oneOf('relations')}
order by relname`;
}
