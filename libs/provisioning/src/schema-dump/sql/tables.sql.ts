/**
 * Tables in parts, since a default or a check that needs a function which needs the table has to come later. `columns` and
 * `checks` are lists of objects; `default` and `definition` are SQL.
 */
import { collateClause, ofNoExtension, userSchema } from './scope.sql.js';

const identityClause = `
  case when c.relispartition or a.attidentity = '' then ''
       else (select format(' GENERATED %s AS IDENTITY (SEQUENCE NAME %I.%I START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s%s)',
                           case a.attidentity when 'a' then 'ALWAYS' else 'BY DEFAULT' end, sn.nspname, sc.relname,
                           s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, case when s.seqcycle then ' CYCLE' else '' end)
               from pg_depend d
               join pg_sequence s on s.seqrelid = d.objid
               join pg_class sc on sc.oid = s.seqrelid
               join pg_namespace sn on sn.oid = sc.relnamespace
              where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
                and d.refobjid = c.oid and d.refobjsubid = a.attnum and d.deptype = 'i') end`;

export const tablesSql = `
select 'pg_class:' || c.oid as key, n.nspname as schema, c.relname as name,
       format('%I.%I', n.nspname, c.relname) as identity,
       c.relpersistence = 'u' as unlogged,
       (select string_agg(format('%I.%I', pn.nspname, p.relname), ', ' order by i.inhseqno)
          from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
         where i.inhrelid = c.oid and not c.relispartition) as inherits,
       case c.relkind when 'p' then pg_get_partkeydef(c.oid) end as partition_key,
       array_to_string(c.reloptions, ', ') as options,
       c.relrowsecurity as row_security, c.relforcerowsecurity as force_row_security,
       case c.relreplident when 'f' then 'FULL' when 'n' then 'NOTHING' end as replica_identity,
       coalesce((select json_agg(json_build_object(
                   'name', quote_ident(a.attname),
                   'local', a.attislocal or c.relispartition,
                   'type', format_type(a.atttypid, a.atttypmod) || ${collateClause('a.attcollation', 'a.atttypid')},
                   'generated', case a.attgenerated when 's' then 'STORED' when 'v' then 'VIRTUAL' end,
                   'identity', ${identityClause},
                   'not_null', a.attnotnull,
                   'default_key', 'pg_attrdef:' || d.oid,
                   'default', pg_get_expr(d.adbin, d.adrelid)) order by a.attnum)
                   from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
                  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]') as columns,
       coalesce((select json_agg(json_build_object(
                   'key', 'pg_constraint:' || k.oid, 'name', quote_ident(k.conname), 'valid', k.convalidated,
                   'definition', pg_get_constraintdef(k.oid)) order by k.conname collate "C")
                   from pg_constraint k
                  where k.conrelid = c.oid and k.contype = 'c' and (k.conislocal or c.relispartition)), '[]') as checks
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p') and c.relpersistence <> 't'
   and ${userSchema('n')} and ${ofNoExtension('c.oid', 'pg_class')}`;
