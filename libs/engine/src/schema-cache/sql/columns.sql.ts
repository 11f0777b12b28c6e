import { exposedRelations, resolvedDomains } from './exposed.sql.js';

/**
 * One row per column of an exposed relation, in the relation's order: relation's oid, number, name, comment, not null (t/f),
 * type as declared, base type, maximal length, expression for a missing value, generated (t/f), enum labels (JSON array).
 *
 * A domain's own default stands in where the column has none. A default names no column, so it is printed without the
 * relation, which PostgreSQL would have to open. GENERATED ALWAYS AS IDENTITY has none: nobody may give a value.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-attribute.html
 */
export const columnsSql = `
with recursive ${exposedRelations}, ${resolvedDomains},
  enums as materialized (
    select enumtypid, json_agg(enumlabel order by enumsortorder)::text as labels
    from pg_enum
    group by enumtypid
  )
select a.attrelid, a.attnum, a.attname, c.description,
  a.attnotnull or coalesce(d.required, false),
  format_type(a.atttypid, a.atttypmod),
  format_type(b.base, null),
  case
    when b.base in ('bpchar'::regtype, 'varchar'::regtype) and b.typmod > 4 then b.typmod - 4
    when b.base in ('bit'::regtype, 'varbit'::regtype) and b.typmod > 0 then b.typmod
  end,
  case
    when a.attgenerated <> '' or a.attidentity = 'a' then null
    when a.attidentity = 'd' then (
      select format('nextval(%L::regclass)', s.oid::regclass)
      from pg_depend p
      join pg_class s on s.oid = p.objid and s.relkind = 'S'
      where p.refclassid = 'pg_class'::regclass and p.refobjid = a.attrelid and p.refobjsubid = a.attnum
        and p.classid = 'pg_class'::regclass and p.deptype = 'i'
    )
    when v.adbin is not null then pg_get_expr(v.adbin, 0)
    else t.typdefault
  end,
  a.attgenerated <> '',
  e.labels
from pg_attribute a
join pg_type t on t.oid = a.atttypid
left join domains d on d.domain = a.atttypid
cross join lateral (
  select coalesce(d.base, a.atttypid) as base,
    case when a.atttypmod = -1 then coalesce(d.typmod, -1) else a.atttypmod end as typmod
) b
left join enums e on e.enumtypid = b.base
left join pg_attrdef v on v.adrelid = a.attrelid and v.adnum = a.attnum
left join pg_description c on c.classoid = 'pg_class'::regclass and c.objoid = a.attrelid and c.objsubid = a.attnum
where a.attrelid = any (array(select oid from exposed)) and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum`;
