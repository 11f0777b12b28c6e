/**
 * What the roles of requests cannot do yet in the given schemas: one row for each object, role and privilege, with
 * whether the owner may grant it. $1 schemas; $2, $3, $4 parallel arrays of kind ('schema', 'table', 'sequence'), role
 * and privilege.
 */
export const missingGrantsSql = `
with wanted(kind, role, privilege) as (select * from unnest($2::text[], $3::text[], $4::text[])),
     schemas as (select n.oid, n.nspname, n.nspowner from pg_namespace n where n.nspname = any($1::text[])),
     relations as (select c.oid, s.nspname, c.relname, c.relkind, c.relowner from pg_class c
                     join schemas s on s.oid = c.relnamespace
                    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S'))
select 'schema' as kind, s.nspname::text as schema, null::text as name, pg_get_userbyid(s.nspowner)::text as owner,
       w.role, w.privilege, has_schema_privilege(s.oid, w.privilege || ' WITH GRANT OPTION') as grantable
  from schemas s join wanted w on w.kind = 'schema'
 where not has_schema_privilege(w.role, s.oid, w.privilege)
union all
select 'table', r.nspname, r.relname, pg_get_userbyid(r.relowner), w.role, w.privilege,
       has_table_privilege(r.oid, w.privilege || ' WITH GRANT OPTION')
  from relations r join wanted w on w.kind = 'table'
 where r.relkind <> 'S' and (r.relkind <> 'm' or w.privilege = 'SELECT')
   and not has_table_privilege(w.role, r.oid, w.privilege)
union all
select 'sequence', r.nspname, r.relname, pg_get_userbyid(r.relowner), w.role, w.privilege,
       has_sequence_privilege(r.oid, w.privilege || ' WITH GRANT OPTION')
  from relations r join wanted w on w.kind = 'sequence'
 where r.relkind = 'S' and not has_sequence_privilege(w.role, r.oid, w.privilege)
order by 1, 2, 3, 5, 6`;
