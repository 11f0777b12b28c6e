/** What has to be there before what, as PostgreSQL keeps it, and which object stands for which other one. */

/** Pairs of keys; objects that came with the server have small oids and are always there. */
export const dependenciesSql = `
select d.classid::regclass || ':' || d.objid as key, d.refclassid::regclass || ':' || d.refobjid as needs
  from pg_depend d
 where d.objid >= 16384 and d.refobjid > 0 and d.deptype in ('n', 'a', 'i', 'P', 'S')
   -- A sequence is made before its table and given to it later.
   and not (d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
            and exists (select from pg_class s where s.oid = d.objid and s.relkind = 'S'))`;

/** Parts of an object that are made with it: `part` is made by the statement of `whole`. */
export const partsSql = `
select 'pg_type:' || t.oid as part, 'pg_class:' || c.oid as whole
  from pg_type t join pg_class c on c.oid = t.typrelid where c.relkind <> 'c'
 union all
select 'pg_class:' || c.oid, 'pg_type:' || c.reltype from pg_class c where c.relkind = 'c'
 union all
select 'pg_type:' || a.oid, 'pg_type:' || t.oid from pg_type t join pg_type a on a.oid = t.typarray where t.typarray <> 0
 union all
select 'pg_type:' || r.rngmultitypid, 'pg_type:' || r.rngtypid from pg_range r
 union all
select 'pg_attrdef:' || d.oid, 'pg_class:' || d.adrelid from pg_attrdef d
 union all
select 'pg_constraint:' || k.oid, case when k.contypid <> 0 then 'pg_type:' || k.contypid else 'pg_class:' || k.conrelid end
  from pg_constraint k where k.contype not in ('p', 'u', 'x', 'f')
 union all
select 'pg_class:' || k.conindid, 'pg_constraint:' || k.oid from pg_constraint k where k.contype in ('p', 'u', 'x')
 union all
select 'pg_rewrite:' || r.oid, 'pg_class:' || r.ev_class from pg_rewrite r where r.rulename = '_RETURN'
 union all
select 'pg_class:' || d.objid, 'pg_class:' || d.refobjid
  from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'
 where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype = 'i'
 union all
select d.classid::regclass || ':' || d.objid, 'pg_extension:' || d.refobjid
  from pg_depend d where d.deptype = 'e' and d.refclassid = 'pg_extension'::regclass`;
