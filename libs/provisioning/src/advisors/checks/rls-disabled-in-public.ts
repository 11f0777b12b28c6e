/** Finds: table without row-level security. One with policies is told by policy_exists_rls_disabled. */
import type { DatabaseCheck } from '../advisor-check.js';

export const rlsDisabledInPublic: DatabaseCheck = {
  kind: 'database',
  name: 'rls_disabled_in_public',
  title: 'Table without row-level security',
  level: 'ERROR',
  category: 'SECURITY',
  description: 'Requests reach every row of this table, as far as grants go: no policy is asked.',
  sql: `
select full_name as key, format('Table %s is reached by requests without row-level security', full_name) as detail,
       format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', full_name) as fix, metadata
  from api_relations r
 where relkind in ('r', 'p') and not relrowsecurity and not exists (select from pg_policy p where p.polrelid = r.oid)`,
};
