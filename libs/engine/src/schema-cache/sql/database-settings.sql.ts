/**
 * One row per setting that the database has for the connecting role: name without its `pgrst.` prefix, value. $1 names the
 * settings that are asked for (a JSON array, without prefix).
 *
 * What is stored for the role in this database wins over what is stored for it in all, and that over what the function
 * left in this transaction. An empty value of the latter is none: PostgreSQL keeps such a name after its transaction.
 *
 * @see https://docs.postgrest.org/en/v16/references/configuration.html#in-database-configuration
 * @see https://www.postgresql.org/docs/current/catalog-pg-db-role-setting.html
 */
export const databaseSettingsSql = `
with asked as materialized (select json_array_elements_text($1::json) as name),
  stored as (
    select split_part(u.setting, '=', 1) as name, substr(u.setting, strpos(u.setting, '=') + 1) as value, s.setdatabase = 0 as everywhere
    from pg_catalog.pg_db_role_setting s
    cross join unnest(s.setconfig) as u (setting)
    where s.setrole = session_user::regrole and s.setdatabase in (0, (
      select d.oid from pg_catalog.pg_database d where d.datname = current_database()
    ))
  )
select distinct on (f.name) f.name, f.value
from (
  select a.name, s.value, case when s.everywhere then 2 else 1 end as rank
  from asked a
  join stored s on s.name = 'pgrst.' || a.name
  union all
  select a.name, nullif(current_setting('pgrst.' || a.name, true), ''), 3
  from asked a
) f
where f.value is not null
order by f.name, f.rank`;
