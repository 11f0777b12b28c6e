/** Finds: indexes that are the same. The one that a constraint needs is kept. */
import type { DatabaseCheck } from '../advisor-check.js';

export const duplicateIndex: DatabaseCheck = {
  kind: 'database',
  name: 'duplicate_index',
  title: 'Indexes that are the same',
  level: 'WARN',
  category: 'PERFORMANCE',
  description: 'Every write keeps all of them; one would do.',
  sql: `
select u.full_name || '/' || min(c.relname) as key,
       format('Table %s has the same index %s times: %s', u.full_name, count(*), string_agg(c.relname::text, ', ' order by c.relname)) as detail,
       string_agg(format('DROP INDEX %I.%I;', u.schema, c.relname), ' ' order by c.relname) filter (where i.place > 1) as fix,
       u.metadata || jsonb_build_object('indexes', jsonb_agg(c.relname order by c.relname)) as metadata
  from (select i.*, row_number() over (partition by indrelid, indkey::text, indclass::text, indcollation::text, indoption::text,
                 indisunique, pg_get_expr(indexprs, indrelid), pg_get_expr(indpred, indrelid)
                 order by exists (select from pg_constraint k where k.conindid = i.indexrelid) desc, indexrelid) as place
          from pg_index i where indisvalid) i
  join user_relations u on u.oid = i.indrelid
  join pg_class c on c.oid = i.indexrelid
 group by u.full_name, u.metadata, i.indrelid, i.indkey::text, i.indclass::text, i.indcollation::text, i.indoption::text,
          i.indisunique, c.relam, pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid)
having count(*) > 1`,
};
