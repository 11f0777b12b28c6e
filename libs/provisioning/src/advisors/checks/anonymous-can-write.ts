/** Finds: anybody may write. */
import type { DatabaseCheck } from '../advisor-check.js';

export const anonymousCanWrite: DatabaseCheck = {
  kind: 'database',
  name: 'anonymous_can_write',
  title: 'Anybody may write',
  level: 'ERROR',
  category: 'SECURITY',
  description:
    'Requests without a token may insert, update or delete rows here: a grant allows it and no policy stands in between.',
  sql: `
select r.full_name as key, format('Anybody may write to %s', r.full_name) as detail,
       format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON %s FROM PUBLIC, %I;', r.full_name, s.anonymous) as fix, r.metadata
  from api_relations r, scope s join pg_roles a on a.rolname = s.anonymous
 where (has_table_privilege(a.oid, r.oid, 'INSERT, UPDATE, DELETE') or has_any_column_privilege(a.oid, r.oid, 'INSERT, UPDATE'))
   and has_schema_privilege(a.oid, r.schema, 'USAGE')
   and (not r.relrowsecurity
        or exists (select from pg_policy p
                    where p.polrelid = r.oid and p.polpermissive and p.polcmd <> 'r' and (0 = any(p.polroles) or a.oid = any(p.polroles))
                      and 'true' in (pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))))`,
};
