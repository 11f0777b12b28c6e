/** Finds: table without a primary key. */
import type { DatabaseCheck } from '../advisor-check.js';

export const noPrimaryKey: DatabaseCheck = {
  kind: 'database',
  name: 'no_primary_key',
  title: 'Table without a primary key',
  level: 'INFO',
  category: 'PERFORMANCE',
  description: 'Rows cannot be told apart: no upsert, no Location of a new row, no replication of updates.',
  sql: `
select full_name as key, format('Table %s has no primary key', full_name) as detail,
       format('ALTER TABLE %s ADD COLUMN %I bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;', full_name,
              case when exists (select from pg_attribute a where a.attrelid = u.oid and a.attname = 'id')
                   then 'row_id' else 'id' end) as fix, metadata
  from user_relations u
 where relkind in ('r', 'p') and not relispartition
   and not exists (select from pg_index i where i.indrelid = u.oid and i.indisprimary)`,
};
