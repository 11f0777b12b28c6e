/** Finds: database that logins of other branches' data APIs may connect to. */
import type { DatabaseCheck } from '../advisor-check.js';

/**
 * Roles belong to the server and `anonymous` and `authenticated` are shared: a login that gets in can act as them here, with
 * claims of its own making. PUBLIC may connect unless somebody says no, and that is the user's to say: other roles of
 * theirs may rest on it.
 */
export const databaseOpenToOtherLogins: DatabaseCheck = {
  kind: 'database',
  name: 'database_open_to_other_logins',
  title: 'Database that logins of other branches may connect to',
  level: 'WARN',
  category: 'SECURITY',
  description:
    "Branches share this server, and everybody (PUBLIC) may connect to this database. Whoever gets hold of the login of another branch's Data API could act here as anonymous or authenticated with any claims. Requests cannot: each login stays in its own database. Before the fix, grant CONNECT to your other roles that connect to this database.",
  sql: `
select d.datname::text as key,
       format('Database %I can be connected to as %s, which %s, because PUBLIC may', d.datname,
              string_agg(distinct quote_ident(m.rolname), ', '),
              case when count(distinct m.oid) = 1 then 'is the login of another branch'
                   else 'are logins of other branches' end) as detail,
       format('GRANT CONNECT ON DATABASE %1$I TO %2$s; REVOKE CONNECT ON DATABASE %1$I FROM PUBLIC;', d.datname,
              (select string_agg(distinct quote_ident(own.name), ', ')
                 from (select current_user::text as name
                       union
                       select r.rolname::text from pg_roles g join pg_auth_members a on a.roleid = g.oid
                         join pg_roles r on r.oid = a.member
                        where g.rolname = s.group_role and r.rolcanlogin and not r.rolinherit) own)) as fix,
       jsonb_build_object('name', d.datname, 'type', 'database') as metadata
  from scope s join pg_database d on d.datname = current_database()
  join pg_roles g on g.rolname ~ '^authenticator(_ep-.*)?$' and g.rolname <> s.group_role
  join pg_auth_members a on a.roleid = g.oid
  join pg_roles m on m.oid = a.member and m.rolcanlogin and not m.rolinherit and m.rolname <> current_user
 where has_database_privilege('public', d.oid, 'CONNECT')
 group by d.datname, s.group_role`,
};
