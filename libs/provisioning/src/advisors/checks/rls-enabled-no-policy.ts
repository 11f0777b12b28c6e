/** Finds: row-level security without a policy. */
import type { DatabaseCheck } from '../advisor-check.js';

export const rlsEnabledNoPolicy: DatabaseCheck = {
  kind: 'database',
  name: 'rls_enabled_no_policy',
  title: 'Row-level security without a policy',
  level: 'INFO',
  category: 'SECURITY',
  description:
    'Requests may use the table, and no policy shows them a row: every answer is empty. The fix says so openly; a policy is the other way.',
  sql: `
select full_name as key, format('Table %s has row-level security on and no policy', full_name) as detail,
       format('REVOKE ALL ON %s FROM PUBLIC, %s;', full_name, f.roles) as fix, metadata
  from api_relations r, revoked_from f
 where relrowsecurity and not exists (select from pg_policy p where p.polrelid = r.oid)`,
};
