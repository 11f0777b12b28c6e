/**
 * One row per role that the connecting role is a member of, itself too: name, refused (t/f), settings (JSON array of
 * `[name, value]`, only such that the connecting role may set; none unless $1, a truth value, asks for them).
 *
 * Refused: superusers, BYPASSRLS, `pg_*`, `none`, the authenticator groups that provisioning makes and their login roles.
 *
 * has_parameter_privilege exists since PostgreSQL 15 and a query that names it is no query on 14, so it is called by way of
 * text; the steps are materialized so that it is called for configured parameters only.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-db-role-setting.html
 */
export const rolesSql = `
with configured as materialized (
    select r.oid, split_part(u.setting, '=', 1) as name, substr(u.setting, strpos(u.setting, '=') + 1) as value, u.position
    from pg_roles r
    cross join unnest(r.rolconfig) with ordinality as u (setting, position)
    where $1::boolean and pg_has_role(session_user, r.oid, 'member')
  ),
  parameters as materialized (
    select p.name, p.context
    from pg_settings p
    where exists (select from configured) and p.name in (select c.name from configured c)
  ),
  allowed as materialized (
    select p.name
    from parameters p
    where p.context = 'user'
      or current_setting('server_version_num')::int >= 150000
        and query_to_xml(format('select has_parameter_privilege(%L, ''set'') as ok', p.name), false, true, '')::text like '%<ok>true</ok>%'
  )
select r.rolname,
  r.rolsuper or r.rolbypassrls or r.rolname = 'none' or r.rolname like 'pg\\_%' or r.rolname ~ '^authenticator($|_)'
    or r.rolcanlogin and exists (
      select from pg_roles g where g.rolname ~ '^authenticator($|_)' and pg_has_role(r.oid, g.oid, 'member')
    ),
  coalesce((
    select json_agg(json_build_array(c.name, c.value) order by c.position)
    from configured c
    join allowed a on a.name = c.name
    where c.oid = r.oid
  ), '[]')
from pg_roles r
where pg_has_role(session_user, r.oid, 'member')
order by r.rolname`;
