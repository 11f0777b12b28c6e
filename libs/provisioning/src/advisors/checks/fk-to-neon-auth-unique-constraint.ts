/** Finds: foreign key to a table of managed auth that is not to its primary key. */
import type { DatabaseCheck } from '../advisor-check.js';

export const fkToNeonAuthUniqueConstraint: DatabaseCheck = {
  kind: 'database',
  name: 'fk_to_neon_auth_unique_constraint',
  title: 'Foreign key to a table of managed auth that is not to its primary key',
  level: 'ERROR',
  category: 'SECURITY',
  description:
    'Managed auth may change its other unique constraints with a new version; a foreign key on one would stop that.',
  sql: `
select u.full_name || '.' || quote_ident(k.conname) as key,
       format('Foreign key %I of %s refers to %s by something else than its primary key', k.conname, u.full_name,
              k.confrelid::regclass) as detail,
       format('ALTER TABLE %s DROP CONSTRAINT %I;', u.full_name, k.conname) as fix,
       u.metadata || jsonb_build_object('constraint', k.conname) as metadata
  from pg_constraint k
  join user_relations u on u.oid = k.conrelid
  join pg_class c on c.oid = k.confrelid and c.relnamespace = to_regnamespace('neon_auth')
  join pg_index i on i.indexrelid = k.conindid
 where k.contype = 'f' and not i.indisprimary`,
};
