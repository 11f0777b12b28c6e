/**
 * Makes the state of a restored metadata database the newest one there is: proxies refuse what is older than what they have
 * seen, and after a restore to an earlier moment that is everything. Every data API gets a version above all that can ever
 * have been given out, and the feed begins anew, so that each proxy compares everything it holds.
 */
import pg from 'pg';
import { z } from 'zod';
import { metadataChannels } from './metadata-events.js';
import { PUBLISH_LOCK } from './publish-snapshot.js';

export interface AcceptedRestore {
  /** Sequence of the feed and version of every data API from here on. */
  readonly version: number;
  readonly dataApis: number;
}

/**
 * Versions are counted one by one; this goes on at the clock's milliseconds, which no database has counted to by then:
 * nobody publishes a thousand changes a second for long. A clock that is behind only makes it go on behind the last one.
 */
const NEXT_VERSION = `
  SELECT greatest(
           nextval(pg_get_serial_sequence('tenant_changes', 'sequence')),
           (SELECT max(sequence) + 1 FROM tenant_changes),
           (SELECT max(version) + 1 FROM data_apis),
           floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
         ) AS version`;

const rowsSchema = z.tuple([z.object({ version: z.coerce.number().int().positive() })]);

/** Whole or not at all; may be run again, and beside a control plane that runs. @throws what PostgreSQL throws */
export async function acceptRestore(url: string): Promise<AcceptedRestore> {
  const client = new pg.Client({ connectionString: url, application_name: 'perch accept-restore' });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [PUBLISH_LOCK]);
    const [{ version }] = rowsSchema.parse((await client.query(NEXT_VERSION)).rows);
    await client.query("SELECT setval(pg_get_serial_sequence('tenant_changes', 'sequence'), $1)", [version]);
    const { rowCount } = await client.query('UPDATE data_apis SET version = $1', [version]);
    // Whoever has seen an older one finds a gap in between, and whoever has seen none compares everything as ever.
    await client.query('DELETE FROM tenant_changes');
    await client.query(
      "INSERT INTO tenant_changes (sequence, endpoint_id, database_name, removed) VALUES ($1, '', '', true)",
      [version],
    );
    await client.query('SELECT pg_notify($1, $2)', [metadataChannels.tenantChanged, String(version)]);
    await client.query('COMMIT');
    return { version, dataApis: rowCount ?? 0 };
  } finally {
    await client.end();
  }
}
