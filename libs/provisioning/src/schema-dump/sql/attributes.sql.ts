/** What is said of objects that are there: comments, privileges, owners. `key` names the object each statement is about. */
import { userRole, userSchema } from './scope.sql.js';

/** @see https://www.postgresql.org/docs/18/sql-comment.html */
export const commentsSql = `
select d.classoid::regclass || ':' || d.objoid as key,
       format('COMMENT ON %s %s IS %L;',
              case when i.type like '% column' then 'COLUMN'
                   when i.type in ('table constraint', 'domain constraint') then 'CONSTRAINT'
                   when i.type = 'statistics object' then 'STATISTICS'
                   else upper(i.type) end,
              case when k.contypid <> 0
                   then (select format('%I ON DOMAIN %I.%I', k.conname, tn.nspname, t.typname)
                           from pg_type t join pg_namespace tn on tn.oid = t.typnamespace where t.oid = k.contypid)
                   else i.identity end,
              d.description) as statement
  from pg_description d
  left join pg_constraint k on d.classoid = 'pg_constraint'::regclass and k.oid = d.objoid
  cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) i
 where (d.objoid >= 16384 or i.type = 'schema' and i.identity = 'public' and d.description <> 'standard public schema')
   and d.classoid::regclass::text <> 'pg_extension' and k.contype is distinct from 'n'
   and i.type not in ('toast table', 'large object')
 order by d.classoid::regclass::text, d.objsubid, i.identity collate "C"`;

/** Privileges as they differ from those that a new object of the kind has. @see https://www.postgresql.org/docs/18/ddl-priv.html */
export const privilegesSql = `
with objects(key, target, columns, acl, base, rank) as (
  select 'pg_namespace:' || n.oid, format('SCHEMA %I', n.nspname), '', coalesce(n.nspacl, acldefault('n', n.nspowner)),
         coalesce((select p.initprivs from pg_init_privs p where p.classoid = 'pg_namespace'::regclass and p.objoid = n.oid),
                  acldefault('n', n.nspowner)), 0
    from pg_namespace n where ${userSchema('n')}
   union all
  select 'pg_class:' || c.oid, format(case c.relkind when 'S' then 'SEQUENCE %I.%I' else 'TABLE %I.%I' end, n.nspname, c.relname), '',
         c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner), 0
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'S') and c.relacl is not null and ${userSchema('n')}
   union all
  select 'pg_class:' || c.oid, format('TABLE %I.%I', n.nspname, c.relname), format(' (%I)', a.attname), a.attacl, null, a.attnum
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
   where a.attacl is not null and not a.attisdropped and ${userSchema('n')}
   union all
  select 'pg_proc:' || p.oid, format('%s %s', case p.prokind when 'p' then 'PROCEDURE' else 'FUNCTION' end, p.oid::regprocedure), '',
         p.proacl, acldefault('f', p.proowner), 0
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.proacl is not null and ${userSchema('n')}
   union all
  select 'pg_type:' || t.oid, format('TYPE %I.%I', n.nspname, t.typname), '', t.typacl, acldefault('T', t.typowner), 0
    from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typacl is not null and ${userSchema('n')}
), held as (
  select o.key, o.target, o.columns, o.rank, a.grantee, a.privilege_type as privilege, a.is_grantable as grantable
    from objects o cross join lateral aclexplode(o.acl) a
), usual as (
  select o.key, o.target, o.columns, o.rank, a.grantee, a.privilege_type as privilege, a.is_grantable as grantable
    from objects o cross join lateral aclexplode(o.base) a
), changes(key, target, columns, rank, verb, grantee, privilege, grantable) as (
  select key, target, columns, rank, 'REVOKE', grantee, privilege, false
    from usual u where not exists (select from held h where (h.key, h.columns, h.grantee, h.privilege) = (u.key, u.columns, u.grantee, u.privilege))
   union
  select key, target, columns, rank, 'GRANT', grantee, privilege, grantable
    from held h where not exists (select from usual u where (u.key, u.columns, u.grantee, u.privilege, u.grantable)
                                                          = (h.key, h.columns, h.grantee, h.privilege, h.grantable))
), named as (
  select c.*, case when c.grantee = 0 then 'PUBLIC' else r.rolname end as role
    from changes c left join pg_roles r on r.oid = c.grantee
   where c.grantee = 0 or ${userRole('r.rolname')}
)
select key, format('%s %s ON %s %s %s%s;', verb, string_agg(privilege || columns, ', ' order by privilege), target,
              case verb when 'GRANT' then 'TO' else 'FROM' end,
              case when grantee = 0 then 'PUBLIC' else quote_ident(role) end,
              case when grantable then ' WITH GRANT OPTION' else '' end) as statement
  from named
 group by key, target, columns, rank, verb, grantee, role, grantable
 order by rank, verb desc, (grantee = 0) desc, role collate "C", grantable`;

/** @see https://www.postgresql.org/docs/18/sql-alterdefaultprivileges.html */
export const defaultPrivilegesSql = `
with acls as (
  select d.oid, r.rolname as owner, n.nspname as schema, d.defaclobjtype as type, d.defaclacl as acl,
         -- Those of a schema come on top of the usual ones, those of no schema instead of them.
         case when d.defaclnamespace = 0 then acldefault(case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end::"char", d.defaclrole)
              end as base
    from pg_default_acl d join pg_roles r on r.oid = d.defaclrole left join pg_namespace n on n.oid = d.defaclnamespace
   where ${userRole('r.rolname')} and (n.oid is null or ${userSchema('n')})
), changes as (
  select a.oid, a.owner, a.schema, a.type, 'GRANT' as verb, x.grantee, x.privilege_type as privilege, x.is_grantable as grantable
    from acls a cross join lateral aclexplode(a.acl) x
   where not exists (select from aclexplode(a.base) b
                      where (b.grantee, b.privilege_type, b.is_grantable) = (x.grantee, x.privilege_type, x.is_grantable))
   union all
  select a.oid, a.owner, a.schema, a.type, 'REVOKE', b.grantee, b.privilege_type, false
    from acls a cross join lateral aclexplode(a.base) b
   where not exists (select from aclexplode(a.acl) x where (x.grantee, x.privilege_type) = (b.grantee, b.privilege_type))
), named as (
  select c.*, case when c.grantee = 0 then 'PUBLIC' else g.rolname end as role
    from changes c left join pg_roles g on g.oid = c.grantee
   where c.grantee = 0 or ${userRole('g.rolname')}
)
select format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s %s %s ON %s %s %s%s;', owner, ' IN SCHEMA ' || quote_ident(schema), verb,
              string_agg(privilege, ', ' order by privilege),
              case type when 'r' then 'TABLES' when 'S' then 'SEQUENCES' when 'f' then 'FUNCTIONS' when 'T' then 'TYPES'
                        when 'n' then 'SCHEMAS' else 'LARGE OBJECTS' end,
              case verb when 'GRANT' then 'TO' else 'FROM' end,
              case when grantee = 0 then 'PUBLIC' else quote_ident(role) end,
              case when grantable then ' WITH GRANT OPTION' else '' end) as statement
  from named
 group by owner, schema, type, verb, grantee, role, grantable
 order by owner collate "C", schema collate "C" nulls first, type, verb desc, (grantee = 0) desc, role collate "C", grantable`;

/** Of objects that are not the database owner's, who has whatever the text makes. */
export const ownersSql = `
with first_owner(role) as (
  -- Of the public schema of a new database: before 15 the superuser that initdb made (oid 10).
  select case when current_setting('server_version_num')::int < 150000 then 10::oid else 'pg_database_owner'::regrole end
), owned(key, kind, target, owner) as (
  select 'pg_namespace:' || n.oid, 'SCHEMA', format('%I', n.nspname), n.nspowner from pg_namespace n
   where ${userSchema('n')} and not (n.nspname = 'public' and n.nspowner = (select role from first_owner))
   union all
  select 'pg_class:' || c.oid,
         case c.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' when 'S' then 'SEQUENCE' else 'TABLE' end,
         format('%I.%I', n.nspname, c.relname), c.relowner
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'S') and ${userSchema('n')}
     -- The sequence of a column follows its table.
     and not (c.relkind = 'S' and exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                                                                   and d.deptype in ('a', 'i') and d.refobjsubid > 0))
   union all
  select 'pg_proc:' || p.oid, case p.prokind when 'p' then 'PROCEDURE' else 'FUNCTION' end, p.oid::regprocedure::text, p.proowner
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${userSchema('n')}
   union all
  select 'pg_type:' || t.oid, 'TYPE', format('%I.%I', n.nspname, t.typname), t.typowner
    from pg_type t join pg_namespace n on n.oid = t.typnamespace where ${userSchema('n')}
   union all
  select 'pg_statistic_ext:' || s.oid, 'STATISTICS', format('%I.%I', n.nspname, s.stxname), s.stxowner
    from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace where ${userSchema('n')}
)
select o.key, format('ALTER %s %s OWNER TO %I;', o.kind, o.target, r.rolname) as statement
  from owned o join pg_roles r on r.oid = o.owner
 where o.owner <> (select datdba from pg_database where datname = current_database())
 order by o.kind collate "C", o.target collate "C"`;
