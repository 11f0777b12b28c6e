/** Plain driver connections for those who are no request: provisioning, compute, checks. */
import type pg from 'pg';
import { parseDatabaseUrl } from './database-url.js';
import { openClient } from './open-client.js';

export interface ConnectOptions {
  /** Milliseconds. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds one statement may take. Default: as the server says, and ten minutes where it says nothing any more. */
  readonly statementTimeoutMs?: number;
  readonly applicationName?: string;
}

/** Above everything that is done over such a connection: the end of a base backup waits for a checkpoint. */
const SILENCE_MS = 600_000;

/**
 * An open client of the driver; whoever asked for it ends it. TLS as in libpq (`sslmode`).
 *
 * @throws DatabaseUrlError, and what the driver or the server said.
 */
export async function connect(databaseUrl: string, options: ConnectOptions = {}): Promise<pg.Client> {
  const { config, plainTextAllowed } = parseDatabaseUrl(databaseUrl);
  const { statementTimeoutMs, applicationName } = options;
  const common: pg.ClientConfig = {
    ...config,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    // A server that has gone silent keeps to no timeout of its own, and whoever attaches one chooses what it does.
    query_timeout: statementTimeoutMs === undefined ? SILENCE_MS : 2 * statementTimeoutMs,
    ...(applicationName === undefined ? {} : { application_name: applicationName }),
  };
  const open = async (timeout: pg.ClientConfig) => {
    return (await openClient({ ...common, ...timeout }, plainTextAllowed)).client;
  };
  if (statementTimeoutMs === undefined) return open({});
  try {
    return await open({ statement_timeout: statementTimeoutMs });
  } catch (error) {
    if (!isPooler(error)) throw error;
    // The driver watches the time then.
    return open({ query_timeout: statementTimeoutMs });
  }
}

/** PgBouncer refuses startup parameters that it cannot keep for one client alone (08P01, protocol violation). */
function isPooler(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '08P01';
}

/** Connects, lets `use` work and ends the connection in every case. */
export async function withClient<T>(
  databaseUrl: string,
  use: (client: pg.Client) => Promise<T>,
  options: ConnectOptions = {},
): Promise<T> {
  const client = await connect(databaseUrl, options);
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}
