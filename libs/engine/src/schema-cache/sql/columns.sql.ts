import { oneOf } from './scope.sql.js';

/**
 * One row per column of an exposed relation, in the relation's order: relation's oid, number, name, not null (t/f), type's
 * oid, its modifier (-1 for none), type as declared, type without modifiers, generated (t/f), may have a value of its type's
 * default (t/f), expression for a missing value.
 *
 * A default names no column, so it is printed without the relation, which PostgreSQL would have to open. GENERATED ALWAYS AS
 * IDENTITY has none: nobody may give a value.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-attribute.html
 */
export const columnsSql = `
select attrelid, attnum, attname, attnotnull, atttypid, atttypmod, format_type(atttypid, atttypmod), atttypid::regtype,
  attgenerated <> '', attgenerated = '' and attidentity = '',
  case
    when attgenerated <> '' then null
    when attidentity = 'd' then (
      select format('nextval(%L::regclass)', d.objid::regclass)
      from pg_depend d
      where d.refclassid = 'pg_class'::regclass and d.refobjid = attrelid and d.refobjsubid = attnum
        and d.classid = 'pg_class'::regclass and d.deptype = 'i'
    )
    when atthasdef then (select pg_get_expr(v.adbin, 0) from pg_attrdef v where v.adrelid = attrelid and v.adnum = attnum)
  end
from pg_attribute
where attrelid = ${oneOf('relations')} and attnum > 0 and not attisdropped
order by attrelid, attnum`;

/**
 * One row per comment on an exposed relation or a column of it: relation's oid, column's number or 0, comment.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-description.html
 */
export const relationCommentsSql = `
select objoid, objsubid, description
from pg_description
where objoid = ${oneOf('relations')} and classoid = 'pg_class'::regclass`;
