/** Tables of the given schemas whose rows a role reaches with no policy in between. $1 schemas, $2 roles. */
export const unprotectedTablesSql = `
select n.nspname::text as schema, c.relname::text as name, array_agg(r.rolname::text order by r.rolname) as roles
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_roles r on r.rolname = any($2::text[])
 where n.nspname = any($1::text[]) and c.relkind in ('r', 'p', 'm', 'f') and not c.relrowsecurity
   and has_schema_privilege(r.oid, n.oid, 'USAGE')
   and (has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE')
        or has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE'))
 group by n.nspname, c.relname
 order by n.nspname, c.relname`;

/** Schemas that a data API could expose: all but PostgreSQL's and ours. */
export const availableSchemasSql = `
select nspname::text as name from pg_namespace
 where nspname !~ '^pg_' and nspname not in ('information_schema', 'perch')
 order by nspname`;
