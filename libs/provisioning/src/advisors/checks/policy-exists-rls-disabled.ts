/** Finds: policies that are not in force. */
import type { DatabaseCheck } from '../advisor-check.js';

export const policyExistsRlsDisabled: DatabaseCheck = {
  kind: 'database',
  name: 'policy_exists_rls_disabled',
  title: 'Policies that are not in force',
  level: 'ERROR',
  category: 'SECURITY',
  description: 'The table has policies, and row-level security is off: none of them is asked.',
  sql: `
select full_name as key, format('Table %s has policies (%s), but row-level security is off', full_name,
       string_agg(policy, ', ' order by policy)) as detail,
       format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', full_name) as fix,
       jsonb_build_object('schema', schema, 'name', name) as metadata
  from api_policies where not relrowsecurity group by full_name, schema, name`,
};
