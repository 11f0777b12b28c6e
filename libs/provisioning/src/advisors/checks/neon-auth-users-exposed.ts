/** Finds: users of managed auth shown by a view. */
import type { DatabaseCheck } from '../advisor-check.js';

export const neonAuthUsersExposed: DatabaseCheck = {
  kind: 'database',
  name: 'neon_auth_users_exposed',
  title: 'Users of managed auth shown by a view',
  level: 'ERROR',
  category: 'SECURITY',
  description: 'A view that requests reach reads the tables of managed auth, which hold every user.',
  sql: `
select r.full_name as key, format('View %s shows rows of the schema neon_auth', r.full_name) as detail,
       format('REVOKE ALL ON %s FROM PUBLIC, %s;', r.full_name, f.roles) as fix, r.metadata
  from api_relations r, revoked_from f
 where r.relkind in ('v', 'm')
   and exists (select from pg_rewrite w
                 join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
                  and d.refclassid = 'pg_class'::regclass
                 join pg_class c on c.oid = d.refobjid
                where w.ev_class = r.oid and c.relnamespace = to_regnamespace('neon_auth'))`,
};
