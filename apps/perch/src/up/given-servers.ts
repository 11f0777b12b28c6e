/** Whether the servers answer that the person named instead of the embedded ones, asked before anything is started. */
import net from 'node:net';
import { withClient } from '@perch/postgres';
import type { UpConfig } from '../config.js';
import { UsageError } from '../usage-error.js';

/** Milliseconds until a server counts as away. */
const PATIENCE_MS = 5_000;

/** @throws UsageError naming each of DATABASE_URL and REDIS_URL that cannot be used, without what is secret in it. */
export async function assertGivenServersAnswer({
  databaseUrl,
  redisUrl,
}: Pick<UpConfig, 'databaseUrl' | 'redisUrl'>): Promise<void> {
  const problems = await Promise.all([
    problemOf('DATABASE_URL', databaseUrl, askPostgres),
    problemOf('REDIS_URL', redisUrl, reachRedis),
  ]);
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw new UsageError('Perch cannot use what the environment names:', found, 1);
}

async function problemOf(
  variable: string,
  url: string | undefined,
  ask: (url: string) => Promise<void>,
): Promise<string | undefined> {
  if (url === undefined) return undefined;
  try {
    await ask(url);
    return undefined;
  } catch (error) {
    return `${variable}: ${reasonOf(error)}`;
  }
}

async function askPostgres(url: string): Promise<void> {
  await withClient(url, (client) => client.query('SELECT 1'), { connectTimeoutMs: PATIENCE_MS });
}

/** Whether somebody listens; what it says is the queue's business. */
function reachRedis(text: string): Promise<void> {
  const url = new URL(text);
  return new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost';
    const socket = net.connect({ host, port: Number(url.port || '6379'), timeout: PATIENCE_MS });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => socket.destroy(new UsageError('nobody answers in time')));
    socket.once('error', reject);
  });
}

/** A host with several addresses fails with one error per address and no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
