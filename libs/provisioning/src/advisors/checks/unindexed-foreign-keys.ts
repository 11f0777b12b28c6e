/** Finds: foreign key without an index. */
import type { DatabaseCheck } from '../advisor-check.js';

export const unindexedForeignKeys: DatabaseCheck = {
  kind: 'database',
  name: 'unindexed_foreign_keys',
  title: 'Foreign key without an index',
  level: 'INFO',
  category: 'PERFORMANCE',
  description: 'Deleting or changing a referenced row reads the whole table, and so do embeds from that side.',
  sql: `
select u.full_name || '.' || quote_ident(k.conname) as key,
       format('Foreign key %I of %s has no index', k.conname, u.full_name) as detail,
       format('CREATE INDEX ON %s (%s);', u.full_name,
              (select string_agg(quote_ident(a.attname), ', ' order by o.place)
                 from unnest(k.conkey) with ordinality o (number, place)
                 join pg_attribute a on a.attrelid = u.oid and a.attnum = o.number)) as fix,
       u.metadata || jsonb_build_object('constraint', k.conname) as metadata
  from pg_constraint k join user_relations u on u.oid = k.conrelid
 where k.contype = 'f' and k.conparentid = 0
   and not exists (select from pg_index i
                    where i.indrelid = k.conrelid and i.indpred is null
                      and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)`,
};
