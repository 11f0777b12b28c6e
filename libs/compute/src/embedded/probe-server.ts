/** Opens one real connection to an embedded server and tells whether it is ours: right password, right data directory. */
import { realpathSync } from 'node:fs';
import pg from 'pg';

export interface ProbeTarget {
  readonly port: number;
  readonly superuser: string;
  readonly superuserPassword: string;
  readonly dataDir: string;
}

export type Probe =
  | { readonly kind: 'ready' }
  /** Nobody listens, or the server says it is starting up or shutting down. */
  | { readonly kind: 'not-yet'; readonly cause: unknown }
  | { readonly kind: 'wrong-password'; readonly cause: unknown }
  /** A PostgreSQL answered, but one of another data directory. */
  | { readonly kind: 'another-server'; readonly dataDir: string };

const CONNECT_TIMEOUT_MS = 5000;

export async function probeServer(target: ProbeTarget): Promise<Probe> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: target.port,
    user: target.superuser,
    password: target.superuserPassword,
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  });
  // A server that ends while we ask is reported by the query, not by the process falling over.
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ dir: string }>("select current_setting('data_directory') as dir");
    const dataDir = rows[0]?.dir ?? '';
    return realPath(dataDir) === realPath(target.dataDir) ? { kind: 'ready' } : { kind: 'another-server', dataDir };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    return code === '28P01' || code === '28000' ? { kind: 'wrong-password', cause } : { kind: 'not-yet', cause };
  } finally {
    await client.end().catch(() => {});
  }
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
