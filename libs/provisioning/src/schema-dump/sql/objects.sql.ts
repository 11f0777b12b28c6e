/**
 * Objects that one statement makes, each with the statement as PostgreSQL itself writes it where it can. Every query
 * returns `kind`, `key` (catalog and oid), `schema` and `name` (for the order), `statement`; names are quoted by the
 * server.
 *
 * @see https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-CATALOG
 */
import { collateClause, ofNoExtension, userSchema } from './scope.sql.js';

const schemas = `
select 'schema' as kind, 'pg_namespace:' || n.oid as key, n.nspname as schema, '' as name,
       -- There is one in every new database.
       case when n.nspname = 'public' then '' else format('CREATE SCHEMA %I;', n.nspname) end as statement
  from pg_namespace n
 where ${userSchema('n')} and ${ofNoExtension('n.oid', 'pg_namespace')}
 union all
select 'schema', 'none', 'public', '', 'DROP SCHEMA public;'
 where not exists (select from pg_namespace where nspname = 'public')`;

const extensions = `
select 'extension' as kind, 'pg_extension:' || x.oid as key, '' as schema, x.extname as name,
       format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I;', x.extname, n.nspname) as statement
  from pg_extension x join pg_namespace n on n.oid = x.extnamespace
 where x.extname <> 'plpgsql' and n.nspname <> 'perch'`;

const types = `
select 'type' as kind, 'pg_type:' || t.oid as key, n.nspname as schema, t.typname as name,
       format(case t.typtype
         when 'e' then E'CREATE TYPE %I.%I AS ENUM (\\n%s\\n);'
         when 'c' then E'CREATE TYPE %I.%I AS (\\n%s\\n);'
         when 'd' then 'CREATE DOMAIN %I.%I AS %s;'
         when 'r' then E'CREATE TYPE %I.%I AS RANGE (\\n%s\\n);' end, n.nspname, t.typname,
         case t.typtype
           when 'e' then (select string_agg('    ' || quote_literal(e.enumlabel), E',\\n' order by e.enumsortorder)
                            from pg_enum e where e.enumtypid = t.oid)
           when 'c' then (select string_agg(format('    %I %s', a.attname, format_type(a.atttypid, a.atttypmod))
                                              || ${collateClause('a.attcollation', 'a.atttypid')}, E',\\n' order by a.attnum)
                            from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped)
           when 'd' then format_type(t.typbasetype, t.typtypmod)
                           || ${collateClause('t.typcollation', 't.typbasetype')}
                           || coalesce(' DEFAULT ' || pg_get_expr(t.typdefaultbin, 0), '')
                           || case when t.typnotnull then ' NOT NULL' else '' end
                           || coalesce((select string_agg(format(E'\\n    CONSTRAINT %I %s', c.conname, pg_get_constraintdef(c.oid)), '' order by c.conname collate "C")
                                          from pg_constraint c where c.contypid = t.oid and c.contype = 'c' and c.convalidated), '')
           when 'r' then (select concat_ws(E',\\n', format('    subtype = %s', format_type(r.rngsubtype, null)),
                                   (select format('    subtype_opclass = %I.%I', pn.nspname, p.opcname)
                                      from pg_opclass p join pg_namespace pn on pn.oid = p.opcnamespace
                                     where p.oid = r.rngsubopc and not p.opcdefault),
                                   (select format('    collation = %I.%I', ln.nspname, l.collname)
                                      from pg_collation l join pg_namespace ln on ln.oid = l.collnamespace
                                     where l.oid = r.rngcollation
                                       and l.oid <> (select s.typcollation from pg_type s where s.oid = r.rngsubtype)),
                                   case when r.rngsubdiff <> 0 then format('    subtype_diff = %s', r.rngsubdiff::regproc) end,
                                   (select format('    multirange_type_name = %I.%I', mn.nspname, m.typname)
                                      from pg_type m join pg_namespace mn on mn.oid = m.typnamespace
                                     where m.oid = r.rngmultitypid))
                            from pg_range r where r.rngtypid = t.oid)
         end)
       || coalesce((select string_agg(format(E'\\nALTER DOMAIN %I.%I ADD CONSTRAINT %I %s;', n.nspname, t.typname, c.conname, pg_get_constraintdef(c.oid)), '' order by c.conname collate "C")
                      from pg_constraint c where c.contypid = t.oid and c.contype = 'c' and not c.convalidated), '') as statement
  from pg_type t
  join pg_namespace n on n.oid = t.typnamespace
  left join pg_class tc on tc.oid = t.typrelid
  left join pg_range tr on tr.rngtypid = t.oid
 where t.typtype in ('e', 'c', 'd', 'r') and (t.typtype <> 'c' or tc.relkind = 'c')
   and coalesce(tr.rngcanonical, 0) = 0
   and ${userSchema('n')} and ${ofNoExtension('t.oid', 'pg_type')}`;

const sequences = `
select 'sequence' as kind, 'pg_class:' || c.oid as key, n.nspname as schema, c.relname as name,
       format('CREATE %sSEQUENCE %I.%I AS %s START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s%s;',
              case c.relpersistence when 'u' then 'UNLOGGED ' else '' end, n.nspname, c.relname,
              format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
              case when s.seqcycle then ' CYCLE' else '' end) as statement
  from pg_sequence s
  join pg_class c on c.oid = s.seqrelid
  join pg_namespace n on n.oid = c.relnamespace
 where not exists (select from pg_depend d
                    where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i')
   and c.relpersistence <> 't' and ${userSchema('n')} and ${ofNoExtension('c.oid', 'pg_class')}`;

const sequenceOwners = `
select 'owned-by' as kind, 'owned-by:' || c.oid as key, n.nspname as schema, c.relname as name,
       format('ALTER SEQUENCE %I.%I OWNED BY %I.%I.%I;', n.nspname, c.relname, tn.nspname, t.relname, a.attname) as statement,
       array['pg_class:' || c.oid, 'pg_class:' || t.oid] as needs
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'a'
                  and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
  join pg_class t on t.oid = d.refobjid
  join pg_namespace tn on tn.oid = t.relnamespace
  join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
 where c.relkind = 'S' and ${userSchema('n')} and ${ofNoExtension('c.oid', 'pg_class')}`;

const functions = `
select 'function' as kind, 'pg_proc:' || p.oid as key, n.nspname as schema,
       p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' as name,
       rtrim(pg_get_functiondef(p.oid), E'\\n') || ';' as statement
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
 where p.prokind in ('f', 'p', 'w')
   -- The constructors of a range come with it.
   and not exists (select from pg_depend d
                    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')
   and ${userSchema('n')} and ${ofNoExtension('p.oid', 'pg_proc')}`;

const views = `
select case c.relkind when 'v' then 'view' else 'materialized-view' end as kind,
       'pg_class:' || c.oid as key, n.nspname as schema, c.relname as name,
       format(E'CREATE %sVIEW %I.%I%s AS\\n%s%s;', case c.relkind when 'm' then 'MATERIALIZED ' else '' end,
              n.nspname, c.relname, ' WITH (' || array_to_string(c.reloptions, ', ') || ')',
              rtrim(pg_get_viewdef(c.oid), ';'), case c.relkind when 'm' then E'\\n WITH NO DATA' else '' end)
       || coalesce((select string_agg(format(E'\\nALTER VIEW %I.%I ALTER COLUMN %I SET DEFAULT %s;',
                                             n.nspname, c.relname, a.attname, pg_get_expr(d.adbin, d.adrelid)), '' order by a.attnum)
                      from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
                     where d.adrelid = c.oid), '') as statement
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('v', 'm') and c.relpersistence <> 't'
   and ${userSchema('n')} and ${ofNoExtension('c.oid', 'pg_class')}`;

const partitions = `
select 'partition' as kind, 'partition:' || c.oid as key, n.nspname as schema, c.relname as name,
       format('ALTER TABLE ONLY %I.%I ATTACH PARTITION %I.%I %s;', pn.nspname, p.relname, n.nspname, c.relname,
              pg_get_expr(c.relpartbound, c.oid)) as statement,
       array['pg_class:' || c.oid, 'pg_class:' || p.oid] as needs
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_inherits i on i.inhrelid = c.oid
  join pg_class p on p.oid = i.inhparent
  join pg_namespace pn on pn.oid = p.relnamespace
 where c.relispartition and c.relkind in ('r', 'p')
   and ${userSchema('n')} and ${ofNoExtension('c.oid', 'pg_class')}`;

/** What is of a partitioned table reaches its partitions, so those are in place before. @param table oid expression */
const afterPartitions = (table: string): string =>
  `array(select 'partition:' || t.relid from pg_partition_tree(${table}) t where t.level > 0)`;

const constraints = `
select case k.contype when 'f' then 'foreign-key' else 'constraint' end as kind,
       'pg_constraint:' || k.oid as key, n.nspname as schema, c.relname || '.' || k.conname as name,
       format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s;', n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid)) as statement,
       ${afterPartitions('c.oid')} as needs
  from pg_constraint k
  join pg_class c on c.oid = k.conrelid
  join pg_namespace n on n.oid = c.relnamespace
 where k.contype in ('p', 'u', 'x', 'f') and k.conparentid = 0 and c.relkind in ('r', 'p') and c.relpersistence <> 't'
   and ${userSchema('n')} and ${ofNoExtension('c.oid', 'pg_class')}`;

const indexes = `
select 'index' as kind, 'pg_class:' || c.oid as key, n.nspname as schema, c.relname as name,
       replace(pg_get_indexdef(c.oid), ' ON ONLY ', ' ON ') || ';' as statement, ${afterPartitions('t.oid')} as needs
  from pg_index i
  join pg_class c on c.oid = i.indexrelid
  join pg_class t on t.oid = i.indrelid
  join pg_namespace n on n.oid = c.relnamespace
 where not c.relispartition and t.relkind in ('r', 'p', 'm') and t.relpersistence <> 't'
   and not exists (select from pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u', 'x'))
   and ${userSchema('n')} and ${ofNoExtension('t.oid', 'pg_class')}`;

const statistics = `
select 'statistics' as kind, 'pg_statistic_ext:' || s.oid as key, n.nspname as schema, s.stxname as name,
       pg_get_statisticsobjdef(s.oid) || ';' as statement
  from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace
 where ${userSchema('n')} and ${ofNoExtension('s.oid', 'pg_statistic_ext')}`;

const rules = `
select 'rule' as kind, 'pg_rewrite:' || r.oid as key, n.nspname as schema, c.relname || '.' || r.rulename as name,
       pg_get_ruledef(r.oid) as statement
  from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
 where r.rulename <> '_RETURN' and c.relpersistence <> 't'
   and ${userSchema('n')} and ${ofNoExtension('c.oid', 'pg_class')}`;

const triggers = `
select 'trigger' as kind, 'pg_trigger:' || g.oid as key, n.nspname as schema, c.relname || '.' || g.tgname as name,
       pg_get_triggerdef(g.oid) || ';'
       || case g.tgenabled when 'O' then ''
            else format(E'\\nALTER TABLE %I.%I %s TRIGGER %I;', n.nspname, c.relname,
                        case g.tgenabled when 'D' then 'DISABLE' when 'R' then 'ENABLE REPLICA' else 'ENABLE ALWAYS' end,
                        g.tgname) end as statement,
       ${afterPartitions('c.oid')} as needs
  from pg_trigger g join pg_class c on c.oid = g.tgrelid join pg_namespace n on n.oid = c.relnamespace
 where not g.tgisinternal and g.tgparentid = 0 and c.relpersistence <> 't'
   and ${userSchema('n')} and ${ofNoExtension('c.oid', 'pg_class')}`;

const policies = `
select 'policy' as kind, 'pg_policy:' || p.oid as key, n.nspname as schema, c.relname || '.' || p.polname as name,
       format('CREATE POLICY %I ON %I.%I%s%s%s%s%s;', p.polname, n.nspname, c.relname,
              case when p.polpermissive then '' else ' AS RESTRICTIVE' end,
              case p.polcmd when 'r' then ' FOR SELECT' when 'a' then ' FOR INSERT' when 'w' then ' FOR UPDATE'
                            when 'd' then ' FOR DELETE' else '' end,
              case when p.polroles = '{0}' then ''
                   else ' TO ' || (select string_agg(quote_ident(r.rolname), ', ' order by r.rolname collate "C")
                                     from pg_roles r where r.oid = any (p.polroles)) end,
              ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
              ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')') as statement
  from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
 where ${userSchema('n')} and ${ofNoExtension('c.oid', 'pg_class')}`;

/** In no order that matters. */
export const objectQueries: readonly string[] = [
  schemas,
  extensions,
  types,
  sequences,
  sequenceOwners,
  functions,
  views,
  partitions,
  constraints,
  indexes,
  statistics,
  rules,
  triggers,
  policies,
];
