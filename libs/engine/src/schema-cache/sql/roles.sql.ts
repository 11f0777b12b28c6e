/**
 * One row per role that the connecting role is a member of, itself too: name, refused (t/f), settings (JSON array of
 * `[name, value]`, only such that the connecting role may set).
 *
 * Refused: superusers, BYPASSRLS, `pg_*`, `none`, the authenticator groups that provisioning makes and their login roles.
 *
 * has_parameter_privilege exists since PostgreSQL 15 and a query that names it is no query on 14, so it is called by way of text.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-db-role-setting.html
 */
export const rolesSql = `
with parameters as materialized (select name, context from pg_settings)
select r.rolname,
  r.rolsuper or r.rolbypassrls or r.rolname = 'none' or r.rolname like 'pg\\_%' or r.rolname ~ '^authenticator($|_)'
    or r.rolcanlogin and exists (
      select from pg_roles g where g.rolname ~ '^authenticator($|_)' and pg_has_role(r.oid, g.oid, 'member')
    ),
  coalesce((
    select json_agg(json_build_array(c.name, c.value) order by c.position)
    from (
      select split_part(u.setting, '=', 1) as name, substr(u.setting, strpos(u.setting, '=') + 1) as value, u.position
      from unnest(r.rolconfig) with ordinality as u (setting, position)
    ) c
    join parameters p on p.name = c.name
    where p.context = 'user'
      or current_setting('server_version_num')::int >= 150000
        and query_to_xml(format('select has_parameter_privilege(%L, ''set'') as ok', p.name), false, true, '')::text like '%<ok>true</ok>%'
  ), '[]')
from pg_roles r
where pg_has_role(session_user, r.oid, 'member')
order by r.rolname`;
