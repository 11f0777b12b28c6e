/** Plain driver connections for those who are no request: provisioning, compute, checks. */
import type pg from 'pg';
import { parseDatabaseUrl } from './database-url.js';
import { openClient } from './open-client.js';

export interface ConnectOptions {
  /** Milliseconds. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds one statement may take. Default: as the server says. */
  readonly statementTimeoutMs?: number;
  readonly applicationName?: string;
}

/**
 * An open client of the driver; whoever asked for it ends it. TLS as in libpq (`sslmode`).
 *
 * @throws DatabaseUrlError, and what the driver or the server said.
 */
export async function connect(databaseUrl: string, options: ConnectOptions = {}): Promise<pg.Client> {
  const { config, plainTextAllowed } = parseDatabaseUrl(databaseUrl);
  const complete: pg.ClientConfig = {
    ...config,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    ...(options.statementTimeoutMs === undefined ? {} : { statement_timeout: options.statementTimeoutMs }),
    ...(options.applicationName === undefined ? {} : { application_name: options.applicationName }),
  };
  return (await openClient(complete, plainTextAllowed)).client;
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
