/** How many rows there are in all: a read and the count preference in, the figure's SQL out. */
import type { ApiConfig } from '../api-config.js';
import type { Preferences } from '../api-request/preferences.js';
import type { ReadPlan } from '../plan/read-plan.js';
import { countQuery } from './count-sql.js';
import { sql, type SqlFragment } from './sql.js';

/** What of a request decides how it is counted. */
export interface Counting {
  readonly count: Preferences['count'];
  readonly maxRows: ApiConfig['maxRows'];
}

export function countingOf(preferences: Preferences, config: ApiConfig): Counting {
  return { count: preferences.count, maxRows: config.maxRows };
}

/**
 * Counted exactly; for an estimate only up to one more than `maxRows`. Null where nobody asked, or where the planner alone
 * is asked (plannedQuery).
 *
 * @param page count of the page's rows: the total where the page is not cut off
 */
export function totalSql(read: ReadPlan, { count, maxRows }: Counting, page: SqlFragment): SqlFragment {
  if (count === undefined || count === 'planned') return sql`null::bigint`;
  if (count === 'estimated' && maxRows !== undefined) return countOf(countQuery(read, BigInt(maxRows) + 1n));
  const { limit, offset } = read.range;
  return limit === undefined && offset === 0n ? page : countOf(countQuery(read));
}

function countOf(query: SqlFragment): SqlFragment {
  return sql`(select pg_catalog.count(*) from (${query}) as pgrst_counted)`;
}

/** The query to ask the planner about, and above which exact count its figure stands; undefined: it is not asked. */
export function plannedQuery(
  read: ReadPlan,
  { count, maxRows }: Counting,
): { readonly query: SqlFragment; readonly above: bigint | undefined } | undefined {
  if (count === 'planned') return { query: countQuery(read), above: undefined };
  // Without a bound the larger figure counts, so that an estimate of nothing is 1: the planner expects a row at least.
  if (count === 'estimated') return { query: countQuery(read), above: maxRows === undefined ? -1n : BigInt(maxRows) };
  return undefined;
}
