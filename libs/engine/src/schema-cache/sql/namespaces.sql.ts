import { oneOf } from './scope.sql.js';

/**
 * One row per exposed schema that exists, sorted by name: oid, name, comment, and the server's
 * `server_version_num` and `default_transaction_read_only`.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-namespace.html
 */
export const namespacesSql = `
select oid, nspname,
  (select description from pg_description where classoid = 'pg_namespace'::regclass and objoid = n.oid and objsubid = 0),
  current_setting('server_version_num'), current_setting('default_transaction_read_only')
from pg_namespace n
where oid = ${oneOf('schemas')}
order by nspname`;
