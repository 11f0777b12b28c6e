/** The main statement of a read: a ReadAction in, one SELECT with figures and body out. */
import type { ReadAction } from '../plan/action-plan.js';
import { exactlyOne } from './guards-sql.js';
import { pageStatement, shownTotal } from './page-statement.js';
import { readQuery } from './read-query.js';
import { sql, type SqlFragment } from './sql.js';
import { totalSql, type Counting } from './total-sql.js';

const rows = { kind: 'rows' } as const;

export function readStatement({ read, content }: ReadAction, counting: Counting, maxBodyBytes?: number): SqlFragment {
  const count = shownTotal(rows, content.handler);
  return pageStatement({
    origin: undefined,
    query: readQuery(read),
    rows,
    pageTotal: count,
    handler: content.handler,
    total: totalSql(read, counting, count),
    location: sql`null::text`,
    inserted: sql`null::text`,
    guards: content.singular && content.mediaType.kind !== 'plan' ? [exactlyOne('PGRST116', count)] : [],
    maxBodyBytes,
  });
}
