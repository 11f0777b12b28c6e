/** The metadata PostgreSQL of the embedded default: one server in PERCH_HOME, or the one DATABASE_URL names. */
import path from 'node:path';
import { isPortFree, startEmbeddedPostgres } from '@perch/compute';
import { quoteIdentifier, withClient } from '@perch/postgres';
import type { UpConfig } from '../config.js';

export interface MetadataDatabase {
  readonly url: string;
  stop(): Promise<void>;
}

const DATABASE = 'perch';

/** @param preferredPort taken when it is free, so that a person finds the server in the same place. */
export async function startMetadataDatabase(
  config: UpConfig,
  password: string,
  preferredPort: number,
): Promise<MetadataDatabase> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, stop: () => Promise.resolve() };
  const server = await startEmbeddedPostgres({
    dataDir: path.join(config.home, 'metadata'),
    superuserPassword: password,
    // Lives on when this process is killed, and is adopted by the next start: nothing has to be recovered then.
    detached: true,
    ...((await isPortFree(preferredPort)) ? { port: preferredPort } : {}),
  });
  await withClient(server.url('postgres'), async (sql) => {
    const { rows } = await sql.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rows.length === 0) await sql.query(`CREATE DATABASE ${quoteIdentifier(DATABASE)}`);
  });
  return { url: server.url(DATABASE), stop: () => server.stop() };
}
