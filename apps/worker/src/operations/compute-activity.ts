/** Looks at a running local compute: is somebody using it, and since when is it quiet. */
import type { ComputeAdapter } from '@perch/compute';
import { withClient } from '@perch/postgres';

export interface ComputeActivity {
  /** A connection is open that is not an idle one of a data API. */
  readonly inUse: boolean;
  /** Seconds since the idle connections of data APIs were last used; undefined when there are none. */
  readonly quietSeconds: number | undefined;
  /** Sessions that were ever made: tells of those that came and went between two looks. */
  readonly sessions: string;
}

/**
 * Data planes keep connections for a while after a request; those hold nothing awake by being open. This look itself is
 * a session of the database `postgres`, which therefore does not count.
 *
 * @see https://www.postgresql.org/docs/18/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW
 */
const text = `
  with others as (
    select coalesce(state = 'idle' and usename like 'perch\\_api\\_%', false) as is_kept, state_change
      from pg_stat_activity
     where backend_type = 'client backend' and pid <> pg_backend_pid())
  select coalesce(bool_or(not is_kept), false) as in_use,
         extract(epoch from clock_timestamp() - max(state_change) filter (where is_kept))::float8 as quiet,
         (select coalesce(sum(sessions), 0)::text from pg_stat_database where datname <> 'postgres') as sessions
    from others`;

/** undefined where there is no superuser of ours to look. @throws the driver's error when it does not answer. */
export async function readActivity(adapter: ComputeAdapter): Promise<ComputeActivity | undefined> {
  const url = adapter.superuserUrl('postgres');
  if (url === undefined) return undefined;
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ in_use: boolean; quiet: number | null; sessions: string }>(text);
    const row = rows[0];
    return { inUse: row?.in_use ?? true, quietSeconds: row?.quiet ?? undefined, sessions: row?.sessions ?? '' };
  });
}
