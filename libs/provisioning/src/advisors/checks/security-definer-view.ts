/**
 * Finds: view that skips row-level security. In PostgreSQL 14 every view does, and none can be told otherwise: there it is those
 * that read a table with row-level security, themselves or through other views.
 */
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
       case when version.has_invoker then format('ALTER VIEW %s SET (security_invoker = true);', full_name)
            else format('REVOKE ALL ON %s FROM PUBLIC, %s;', full_name, f.roles) end as fix,
       metadata
  from api_relations a, revoked_from f,
       (select current_setting('server_version_num')::int >= 150000 as has_invoker) version
 where a.relkind = 'v'
   and case when version.has_invoker
            then not coalesce(lower(array_to_string(a.reloptions, ',')) ~ 'security_invoker=(true|on|yes|1)', false)
            else exists (
              with recursive read(oid) as (
                select a.oid
                union
                select d.refobjid from read
                  join pg_rewrite w on w.ev_class = read.oid
                  join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
                                  and d.refclassid = 'pg_class'::regclass)
              select from read join pg_class c on c.oid = read.oid where c.relrowsecurity)
       end`,
};
