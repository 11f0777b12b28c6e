import { exposedSchemas } from './exposed.sql.js';

/**
 * One row: `server_version_num`, then the exposed schemas that exist as JSON `[[name, comment | null], ...]`.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-namespace.html
 */
export const serverSql = `
with ${exposedSchemas}
select current_setting('server_version_num'),
  coalesce((
    select json_agg(json_build_array(s.nspname, obj_description(s.oid, 'pg_namespace')) order by s.nspname)
    from exposed_schemas s
  ), '[]')`;
