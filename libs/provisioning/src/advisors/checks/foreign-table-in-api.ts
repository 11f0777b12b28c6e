/** Finds: foreign table in the API. */
import type { DatabaseCheck } from '../advisor-check.js';

export const foreignTableInApi: DatabaseCheck = {
  kind: 'database',
  name: 'foreign_table_in_api',
  title: 'Foreign table in the API',
  level: 'WARN',
  category: 'SECURITY',
  description: 'A foreign table knows no row-level security: whoever may read it reads all of it.',
  sql: `
select full_name as key, format('Foreign table %s is reached by requests', full_name) as detail,
       format('REVOKE ALL ON %s FROM PUBLIC, %s;', full_name, f.roles) as fix, metadata
  from api_relations, revoked_from f where relkind = 'f'`,
};
