/** Finds: index that nothing reads. */
import type { DatabaseCheck } from '../advisor-check.js';

export const unusedIndex: DatabaseCheck = {
  kind: 'database',
  name: 'unused_index',
  title: 'Index that nothing reads',
  level: 'INFO',
  category: 'PERFORMANCE',
  description:
    'The table was read a thousand times since statistics were reset, and never by this index; every write keeps it.',
  sql: `
select format('%I.%I', x.schemaname, x.indexrelname) as key,
       format('Index %I of %s was never read', x.indexrelname, u.full_name) as detail,
       format('DROP INDEX %I.%I;', x.schemaname, x.indexrelname) as fix,
       u.metadata || jsonb_build_object('index', x.indexrelname) as metadata
  from pg_stat_user_indexes x
  join user_relations u on u.oid = x.relid
  join pg_stat_user_tables t on t.relid = x.relid
  join pg_index i on i.indexrelid = x.indexrelid
 where x.idx_scan = 0 and t.seq_scan + coalesce(t.idx_scan, 0) >= 1000 and not i.indisunique and not i.indisprimary`,
};
