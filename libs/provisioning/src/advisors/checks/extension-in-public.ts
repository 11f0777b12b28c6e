/** Finds: extension in an exposed schema. */
import type { DatabaseCheck } from '../advisor-check.js';

export const extensionInPublic: DatabaseCheck = {
  kind: 'database',
  name: 'extension_in_public',
  title: 'Extension in an exposed schema',
  level: 'WARN',
  category: 'SECURITY',
  description:
    'The functions of the extension are part of the API, since it was created in a schema that the API exposes.',
  sql: `
select e.extname::text as key, format('Extension %I is in schema %I', e.extname, n.nspname) as detail,
       case when e.extrelocatable
            then format('CREATE SCHEMA IF NOT EXISTS extensions; ALTER EXTENSION %I SET SCHEMA extensions;', e.extname)
            else format('CREATE SCHEMA IF NOT EXISTS extensions; DROP EXTENSION %I; CREATE EXTENSION %I SCHEMA extensions;',
                        e.extname, e.extname) end as fix,
       jsonb_build_object('name', e.extname, 'schema', n.nspname, 'type', 'extension') as metadata
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace join scope s on n.nspname = any(s.schemas)`,
};
