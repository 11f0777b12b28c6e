/** Finds: policy that trusts what users may change. */
import type { DatabaseCheck } from '../advisor-check.js';

export const rlsReferencesNeonAuthMetadata: DatabaseCheck = {
  kind: 'database',
  name: 'rls_references_neon_auth_metadata',
  title: 'Policy that trusts what users may change',
  level: 'ERROR',
  category: 'SECURITY',
  description:
    'The policy reads user.role or organization.metadata of managed auth, which are not for decisions about access.',
  sql: `
select p.full_name || '.' || quote_ident(p.policy) as key,
       format('Policy %I of %s reads %s', p.policy, p.full_name,
              string_agg(distinct format('neon_auth.%I.%I', c.relname, a.attname), ', ')) as detail,
       format('DROP POLICY %I ON %s;', p.policy, p.full_name) as fix, p.metadata
  from api_policies p
  join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid and d.refclassid = 'pg_class'::regclass
  join pg_class c on c.oid = d.refobjid and c.relnamespace = to_regnamespace('neon_auth')
  join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
 where (c.relname, a.attname) in (('user', 'role'), ('organization', 'metadata'))
 group by p.full_name, p.policy, p.metadata`,
};
