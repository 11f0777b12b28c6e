/** Finds: policy that asks who is there for every row. */
import type { DatabaseCheck } from '../advisor-check.js';

export const authRlsInitplan: DatabaseCheck = {
  kind: 'database',
  name: 'auth_rls_initplan',
  title: 'Policy that asks who is there for every row',
  level: 'WARN',
  category: 'PERFORMANCE',
  description: 'auth.user_id() and its like are called again for every row, unless the call is in a SELECT of its own.',
  sql: `
select full_name || '.' || quote_ident(policy) as key,
       format('Policy %I of %s calls auth.*() or current_setting() for every row', policy, full_name) as detail,
       format('ALTER POLICY %I ON %s', policy, full_name)
       || coalesce(' USING (' || regexp_replace(using_text, '(auth\\.(user_id|uid|jwt|role|email|session)\\(\\)|current_setting\\([^()]*\\))', '(SELECT \\1)', 'g') || ')', '')
       || coalesce(' WITH CHECK (' || regexp_replace(check_text, '(auth\\.(user_id|uid|jwt|role|email|session)\\(\\)|current_setting\\([^()]*\\))', '(SELECT \\1)', 'g') || ')', '') || ';' as fix, metadata
  from api_policies,
       lateral (select regexp_replace(concat_ws(' ', using_text, check_text), 'SELECT \\(*' || '(auth\\.(user_id|uid|jwt|role|email|session)\\(\\)|current_setting\\([^()]*\\))', '', 'g') as rest) unwrapped
 where unwrapped.rest ~ '(auth\\.(user_id|uid|jwt|role|email|session)\\(\\)|current_setting\\([^()]*\\))'`,
};
