/** Finds: view that skips row-level security. PostgreSQL 14 has no other views. */
import type { DatabaseCheck } from '../advisor-check.js';

export const securityDefinerView: DatabaseCheck = {
  kind: 'database',
  name: 'security_definer_view',
  title: 'View that skips row-level security',
  level: 'ERROR',
  category: 'SECURITY',
  description: 'The view reads its tables as its owner, so the policies for whoever asks do not apply.',
  sql: `
select full_name as key, format('View %s reads its tables with the rights of its owner', full_name) as detail,
       format('ALTER VIEW %s SET (security_invoker = true);', full_name) as fix, metadata
  from api_relations
 where relkind = 'v' and current_setting('server_version_num')::int >= 150000
   and not coalesce(lower(array_to_string(reloptions, ',')) ~ 'security_invoker=(true|on|yes|1)', false)`,
};
