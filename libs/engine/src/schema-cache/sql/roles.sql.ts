/**
 * One row per role that the connecting role is a member of, itself too, sorted by name: oid, name, superuser, BYPASSRLS, may
 * log in (t/f), settings (array of `name=value`).
 *
 * @see https://www.postgresql.org/docs/current/view-pg-roles.html
 */
export const rolesSql = `
select oid, rolname, rolsuper, rolbypassrls, rolcanlogin, rolconfig
from pg_roles
where pg_has_role(session_user, oid, 'member')
order by rolname`;

/** One row per membership of one of those roles: the group's oid, the member's. */
export const membershipsSql = `
select roleid, member
from pg_auth_members
where pg_has_role(session_user, member, 'member')`;

/**
 * One row per parameter ($1, a JSON array of names) that the connecting role may set: name.
 *
 * has_parameter_privilege exists since PostgreSQL 15 and a query that names it is no query on 14, so it is called by way of
 * text.
 */
export const settableParametersSql = `
with parameters as materialized (
  select name, context
  from pg_settings
  where name in (select json_array_elements_text($1::json))
)
select name
from parameters
where context = 'user'
  or current_setting('server_version_num')::int >= 150000
    and query_to_xml(format('select has_parameter_privilege(%L, ''set'') as ok', name), false, true, '')::text like '%<ok>true</ok>%'`;
