/** Finds: column of a type that an upgrade refuses. @see https://www.postgresql.org/docs/18/pgupgrade.html */
import type { DatabaseCheck } from '../advisor-check.js';

export const unsupportedRegTypes: DatabaseCheck = {
  kind: 'database',
  name: 'unsupported_reg_types',
  title: 'Column of a type that an upgrade refuses',
  level: 'WARN',
  category: 'SECURITY',
  description: 'pg_upgrade refuses a database with columns of this type, since they hold numbers of catalogue rows.',
  sql: `
select u.full_name || '.' || quote_ident(a.attname) as key,
       format('Column %I of %s is of type %s', a.attname, u.full_name, a.atttypid::regtype) as detail,
       format('ALTER TABLE %s ALTER COLUMN %I TYPE text USING %I::text;', u.full_name, a.attname, a.attname) as fix,
       u.metadata || jsonb_build_object('column', a.attname) as metadata
  from user_relations u join pg_attribute a on a.attrelid = u.oid and a.attnum > 0 and not a.attisdropped
 where u.relkind in ('r', 'p')
   and a.atttypid in ('regcollation'::regtype, 'regconfig'::regtype, 'regdictionary'::regtype, 'regnamespace'::regtype,
                      'regoper'::regtype, 'regoperator'::regtype, 'regproc'::regtype, 'regprocedure'::regtype)`,
};
