/** Finds: policy that lets everybody write. */
import type { DatabaseCheck } from '../advisor-check.js';

export const rlsPolicyAlwaysTrue: DatabaseCheck = {
  kind: 'database',
  name: 'rls_policy_always_true',
  title: 'Policy that lets everybody write',
  level: 'WARN',
  category: 'SECURITY',
  description:
    'A policy for writing whose condition is always true is the same as none. Reading is left out: it may be meant so.',
  sql: `
select p.full_name || '.' || quote_ident(p.policy) as key,
       format('Policy %I of %s lets every row be written', p.policy, p.full_name) as detail,
       format('DROP POLICY %I ON %s;', p.policy, p.full_name) as fix, p.metadata
  from api_policies p
 where p.polpermissive and p.relrowsecurity and p.command <> 'r' and 'true' in (p.using_text, p.check_text)
   and (0 = any(p.polroles) or exists (select from api_roles r where r.oid = any(p.polroles)))`,
};
