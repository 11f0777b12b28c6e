/** Finds: role of requests that row-level security does not hold. */
import type { DatabaseCheck } from '../advisor-check.js';

export const roleBypassesRls: DatabaseCheck = {
  kind: 'database',
  name: 'role_bypasses_rls',
  title: 'Role of requests that row-level security does not hold',
  level: 'ERROR',
  category: 'SECURITY',
  description:
    'A request whose token names this role would skip every policy. Perch refuses such roles; nothing should offer them.',
  sql: `
select r.rolname::text as key,
       format('Role %I %s and can be reached by requests', r.rolname, case when r.rolsuper then 'is a superuser' else 'has BYPASSRLS' end) as detail,
       case when a.name is null and exists (select from pg_auth_members m where m.roleid = r.oid and m.member = g.oid)
            then format('REVOKE %I FROM %I;', r.rolname, g.rolname)
            else format('ALTER ROLE %I NOBYPASSRLS%s;', r.rolname, case when r.rolsuper then ' NOSUPERUSER' else '' end) end as fix,
       jsonb_build_object('name', r.rolname, 'type', 'role') as metadata
  from scope s join pg_roles g on g.rolname = s.group_role
  join pg_roles r on pg_has_role(g.oid, r.oid, 'MEMBER')
  left join api_roles a on a.oid = r.oid
 where r.rolsuper or r.rolbypassrls`,
};
