/**
 * The words that the checks' queries share. $1 exposed schemas, $2 role of requests without a token, $3 role of requests
 * with one, $4 the group whose members requests may become.
 */
export const advisorScopeSql = `
with scope as (
  select $1::text[] as schemas, $2::text as anonymous, $3::text as authenticated, $4::text as group_role
), api_roles as (
  select r.oid, r.rolname::text as name from pg_roles r, scope s where r.rolname in (s.anonymous, s.authenticated)
), revoked_from as (
  select string_agg(quote_ident(name), ', ' order by name) as roles from api_roles
), user_relations as (
  -- not of PostgreSQL's, of ours, or of an extension
  select c.oid, c.relkind, c.relrowsecurity, c.reloptions, c.relispartition, c.relpages, c.reltuples,
         n.oid as schema_oid, n.nspname::text as schema, c.relname::text as name,
         format('%I.%I', n.nspname, c.relname) as full_name,
         jsonb_build_object('schema', n.nspname, 'name', c.relname) as metadata
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f')
     and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'perch', 'auth', 'neon_auth')
     and not exists (select from pg_depend d
                      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
), api_relations as (
  -- those of the exposed schemas that requests reach
  select u.* from user_relations u, scope s
   where u.schema = any(s.schemas)
     and exists (select from api_roles r
                  where has_schema_privilege(r.oid, u.schema_oid, 'USAGE')
                    and (has_table_privilege(r.oid, u.oid, 'SELECT, INSERT, UPDATE, DELETE')
                         or has_any_column_privilege(r.oid, u.oid, 'SELECT, INSERT, UPDATE')))
), api_policies as (
  -- those of the exposed schemas' tables, with their conditions as text
  select p.oid, p.polname::text as policy, p.polcmd::text as command, p.polpermissive, p.polroles,
         pg_get_expr(p.polqual, p.polrelid) as using_text, pg_get_expr(p.polwithcheck, p.polrelid) as check_text,
         u.oid as table_oid, u.schema, u.name, u.full_name, u.relrowsecurity,
         u.metadata || jsonb_build_object('policy', p.polname) as metadata
    from pg_policy p join user_relations u on u.oid = p.polrelid join scope s on u.schema = any(s.schemas)
)`;
