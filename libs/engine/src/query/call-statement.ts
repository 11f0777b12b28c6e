/** The main statement of a function call: a CallAction in, one statement that calls, counts and shows out. */
import type { Preferences } from '../api-request/preferences.js';
import type { CallAction } from '../plan/action-plan.js';
import { sourceCte } from '../plan/read-plan.js';
import type { PageRows } from './body-sql.js';
import { callQuery } from './call-query.js';
import { atMost, exactlyOne } from './guards-sql.js';
import { pageStatement, pageTotal, shownTotal } from './page-statement.js';
import { readQuery } from './read-query.js';
import { sql, type SqlFragment } from './sql.js';
import { totalSql, type Counting } from './total-sql.js';

export function callStatement(
  plan: CallAction,
  preferences: Preferences,
  counting: Counting,
  maxBodyBytes?: number,
): SqlFragment {
  const rows = pageRows(plan);
  const count = shownTotal(rows, plan.content.handler);
  return pageStatement({
    origin: { name: sourceCte, query: callQuery(plan.call) },
    query: readQuery(plan.read),
    rows,
    pageTotal: count,
    handler: plan.content.handler,
    total: totalSql(plan.read, exactly(counting), count),
    location: sql`null::text`,
    inserted: sql`null::text`,
    guards: plan.content.mediaType.kind === 'plan' ? [] : guards(plan, rows, preferences),
    maxBodyBytes,
  });
}

/** Nothing is estimated of a function's rows. */
function exactly({ count, maxRows }: Counting): Counting {
  return { count: count === 'estimated' ? 'exact' : count, maxRows };
}

function pageRows({ call }: CallAction): PageRows {
  const { set, kind } = call.routine.returns;
  if (set) return kind === 'composite' ? { kind: 'rows' } : { kind: 'scalars' };
  return { kind: 'single', scalar: kind !== 'composite' };
}

function guards(
  { content }: CallAction,
  rows: PageRows,
  { handling, maxAffected }: Preferences,
): readonly SqlFragment[] {
  if (rows.kind === 'single') return [];
  const count = pageTotal(rows);
  const limit = handling === 'strict' ? maxAffected : undefined;
  return [
    ...(content.singular ? [exactlyOne('PGRST116', count)] : []),
    ...(limit === undefined ? [] : [atMost(limit, count)]),
  ];
}
