/**
 * Finds: several permissive policies for the same rows. Policies for the same command and the same roles; the merged
 * one keeps the first name.
 */
import type { DatabaseCheck } from '../advisor-check.js';

export const multiplePermissivePolicies: DatabaseCheck = {
  kind: 'database',
  name: 'multiple_permissive_policies',
  title: 'Several permissive policies for the same rows',
  level: 'WARN',
  category: 'PERFORMANCE',
  description: 'Each of the policies is asked for every row. One policy with both conditions is asked once.',
  sql: `
select full_name || '/' || command as key,
       format('Table %s has %s permissive policies for the same requests: %s', full_name, count(*),
              string_agg(policy, ', ' order by policy)) as detail,
       format('ALTER POLICY %I ON %s', min(policy), full_name)
       || case when command = 'a' then '' else format(' USING (%s)', string_agg(format('(%s)', using_text), ' OR ' order by policy)) end
       || case when command in ('r', 'd') or count(check_text) = 0 then ''
               else format(' WITH CHECK (%s)', string_agg(format('(%s)', coalesce(check_text, using_text)), ' OR ' order by policy)) end
       || '; ' || string_agg(format('DROP POLICY %I ON %s;', policy, full_name), ' ' order by policy)
                    filter (where not is_first) as fix,
       jsonb_build_object('schema', schema, 'name', name, 'policies', jsonb_agg(policy order by policy)) as metadata
  from (select p.*, policy = min(policy) over (partition by table_oid, command, polroles) as is_first
          from api_policies p where polpermissive) p
 group by full_name, schema, name, command, polroles having count(*) > 1`,
};
