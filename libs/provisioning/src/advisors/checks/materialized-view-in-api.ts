/** Finds: materialized view in the API. */
import type { DatabaseCheck } from '../advisor-check.js';

export const materializedViewInApi: DatabaseCheck = {
  kind: 'database',
  name: 'materialized_view_in_api',
  title: 'Materialized view in the API',
  level: 'WARN',
  category: 'SECURITY',
  description: 'A materialized view knows no row-level security: whoever may read it reads all of it.',
  sql: `
select full_name as key, format('Materialized view %s is reached by requests', full_name) as detail,
       format('REVOKE ALL ON %s FROM PUBLIC, %s;', full_name, f.roles) as fix, metadata
  from api_relations, revoked_from f where relkind = 'm'`,
};
