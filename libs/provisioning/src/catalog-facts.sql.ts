/**
 * One look at the catalogs before anything is made: version, the roles that matter and how they are connected, and who
 * owns the schemas of ours. $1 group, $2 login, $3 anonymous, $4 authenticated.
 */
export const catalogFactsSql = `
with wanted(name) as (values ($1::text), ($2::text), ($3::text), ($4::text)),
     found as (select r.* from pg_roles r join wanted w on w.name = r.rolname),
     version as (select current_setting('server_version_num')::int as number)
select v.number as version,
       current_user::text as owner,
       current_database()::text as database,
       (select rolsuper from pg_roles where rolname = current_user) as is_superuser,
       coalesce((select json_agg(json_build_object(
                   'name', f.rolname,
                   'super', f.rolsuper,
                   'bypassrls', f.rolbypassrls,
                   'admin', pg_has_role(f.oid, 'MEMBER WITH ADMIN OPTION'),
                   'connect', has_database_privilege(f.oid, current_database(), 'CONNECT'),
                   'switches_to', (select coalesce(json_agg(t.rolname), '[]') from found t
                                    where t.oid <> f.oid
                                      and pg_has_role(f.oid, t.oid, case when v.number >= 160000 then 'SET' else 'MEMBER' end))))
                 from found f), '[]') as roles,
       (select json_build_object('owner', pg_get_userbyid(n.nspowner),
                                 'comment', obj_description(n.oid, 'pg_namespace'))
          from pg_namespace n where n.nspname = 'auth') as auth_schema
  from version v`;
