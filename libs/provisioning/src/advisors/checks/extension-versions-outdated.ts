/** Finds: extension with a newer version at hand. */
import type { DatabaseCheck } from '../advisor-check.js';

export const extensionVersionsOutdated: DatabaseCheck = {
  kind: 'database',
  name: 'extension_versions_outdated',
  title: 'Extension with a newer version at hand',
  level: 'WARN',
  category: 'SECURITY',
  description: 'The server has a newer version of the extension than the one installed in this database.',
  sql: `
select e.name::text as key, format('Extension %I is at %s, and %s is at hand', e.name, e.installed_version, e.default_version) as detail,
       format('ALTER EXTENSION %I UPDATE;', e.name) as fix,
       jsonb_build_object('name', e.name, 'installed', e.installed_version, 'available', e.default_version) as metadata
  from pg_available_extensions e where e.installed_version <> e.default_version`,
};
