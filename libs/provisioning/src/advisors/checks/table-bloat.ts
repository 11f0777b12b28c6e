/** Finds: table that is mostly empty space. An estimate by the planner's statistics. */
import type { DatabaseCheck } from '../advisor-check.js';

export const tableBloat: DatabaseCheck = {
  kind: 'database',
  name: 'table_bloat',
  title: 'Table that is mostly empty space',
  level: 'INFO',
  category: 'PERFORMANCE',
  description:
    'More than half of the table, and more than 10 MB of it, holds no rows; every scan reads it all the same. VACUUM FULL locks the table while it runs.',
  sql: `
select full_name as key, format('Table %s takes %s, of which about %s are empty', full_name, pg_size_pretty(size), pg_size_pretty(size - used)) as detail,
       format('VACUUM (FULL, ANALYZE) %s;', full_name) as fix,
       metadata || jsonb_build_object('size_bytes', size, 'empty_bytes', size - used) as metadata
  from user_relations u,
       lateral (select sum(avg_width * (1 - null_frac)) as row_bytes from pg_stats s
                 where s.schemaname = u.schema and s.tablename = u.name) w,
       lateral (select relpages::bigint * current_setting('block_size')::bigint as size,
                       -- a row's header and pointer, and its columns
                       (greatest(reltuples, 0) * (28 + w.row_bytes) * 1.1)::bigint as used) b
 where relkind = 'r' and w.row_bytes is not null and size - used > 10 * 1024 * 1024 and used < size / 2`,
};
