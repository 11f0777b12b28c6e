/**
 * A connection that does nothing but listen on one channel: payloads out. It connects again for as long as it is not
 * stopped, and says when it does, because what was sent meanwhile is lost.
 *
 * @see https://www.postgresql.org/docs/18/sql-listen.html
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { parseDatabaseUrl } from './database-url.js';
import { openClient } from './open-client.js';
import { quoteIdentifier } from './quote-identifier.js';

export interface ListenOptions {
  readonly databaseUrl: string;
  readonly channel: string;
  readonly onPayload: (payload: string) => void;
  /** From now on payloads arrive; the first time and after each loss. */
  readonly onListening: () => void;
  readonly onLost: (reason: string, retryInMs: number) => void;
  /** Milliseconds before the second try and the longest wait between two. Default 250 and 10,000. */
  readonly firstRetryMs?: number;
  readonly maxRetryMs?: number;
  /** Milliseconds between two looks whether the connection is alive. Default 30,000. */
  readonly checkIntervalMs?: number;
}

export interface ChannelListener {
  /** Resolves when its connection is closed. */
  stop(): Promise<void>;
}

const connectTimeoutMs = 5_000;

export function listen(options: ListenOptions): ChannelListener {
  const stopping = new AbortController();
  const done = keepListening(options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await done;
    },
  };
}

/** Never throws. */
async function keepListening(options: ListenOptions, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const reason = await listenOnce(options, signal, () => (failures = 0)).catch(reasonOf);
    if (signal.aborted) return;
    failures += 1;
    const retryInMs = backoffMs(failures, options);
    options.onLost(reason, retryInMs);
    await sleep(retryInMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** One connection to its end, and why it ended. @throws what the driver or the server said */
async function listenOnce(options: ListenOptions, signal: AbortSignal, onListening: () => void): Promise<string> {
  const { config, plainTextAllowed } = parseDatabaseUrl(options.databaseUrl);
  const complete = { ...config, connectionTimeoutMillis: connectTimeoutMs, keepAlive: true };
  const client = await unlessAborted(
    openClient(complete, plainTextAllowed).then((opened) => opened.client),
    signal,
  );
  if (client === undefined) return 'stopped';
  let stop: () => void = () => {};
  const ended = new Promise<string>((resolve) => {
    client.once('error', (error) => resolve(reasonOf(error)));
    client.once('end', () => resolve('the server closed the connection'));
    stop = () => resolve('stopped');
  });
  signal.addEventListener('abort', stop);
  client.on('notification', ({ payload }) => options.onPayload(payload ?? ''));
  const check = setInterval(() => void isAlive(client), options.checkIntervalMs ?? 30_000).unref();
  try {
    const listening = client.query(`listen ${quoteIdentifier(options.channel)}`).then(() => undefined);
    const endedBefore = await Promise.race([listening, ended]);
    if (signal.aborted) return 'stopped';
    if (endedBefore !== undefined) return endedBefore;
    onListening();
    options.onListening();
    return await ended;
  } finally {
    clearInterval(check);
    // The signal outlives many connections.
    signal.removeEventListener('abort', stop);
    await Promise.race([client.end(), sleep(connectTimeoutMs, undefined, { ref: false })]).catch(() => undefined);
  }
}

/** undefined when it comes too late to be of use; then it is closed as soon as it is there. */
function unlessAborted(opening: Promise<pg.Client>, signal: AbortSignal): Promise<pg.Client | undefined> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      resolve(undefined);
      opening.then((client) => client.end()).catch(() => undefined);
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    const settled = () => signal.removeEventListener('abort', abort);
    opening.then(resolve, reject).finally(settled);
  });
}

/** A peer that is gone without a word never answers; then the socket is given up, which ends the wait. */
async function isAlive(client: pg.Client): Promise<void> {
  const { stream } = client.connection;
  const timer = setTimeout(() => stream.destroy(new ConnectionSilent()), connectTimeoutMs).unref();
  await client.query('select').catch(() => undefined);
  clearTimeout(timer);
}

class ConnectionSilent extends Error {
  override readonly name = 'ConnectionSilent';
  readonly code = 'connection.silent';

  constructor() {
    super('the server does not answer any more');
  }
}

/** Half of the wait by chance: many listeners that lost one server must not come back in step. */
function backoffMs(failures: number, { firstRetryMs = 250, maxRetryMs = 10_000 }: ListenOptions): number {
  const full = Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(full / 2 + (full / 2) * Math.random());
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
