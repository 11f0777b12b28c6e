/**
 * `perch data-plane --workers N`: this process supervises, N others serve. It keeps what they share: the port, whose
 * connections it hands out, the admin port, the buckets of the rate limits.
 */
import { fork } from 'node:child_process';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { rateLimitSchema } from '@perch/contract';
import { combineObservers, createStatusKeeper } from '@perch/observability';
import { z } from 'zod';
import { startAdmin } from '../admin.js';
import type { DataPlaneConfig } from '../config.js';
import { takeWaiting } from '../drain.js';
import { createInstruments, type Instruments } from '../instruments.js';
import { TokenBuckets } from '../limits/token-buckets.js';
import { portTaken } from '../port-taken.js';
import { drainTimeoutMs, type RunningDataPlane } from '../start-data-plane.js';
import { WorkerMetrics } from './worker-metrics.js';
import { WorkerPool } from './worker-pool.js';
import { statusOfWorkers } from './worker-status.js';

const tokenRequestSchema = z.object({ key: z.string(), limit: rateLimitSchema, want: z.int().positive() });

/** Milliseconds that a worker gets above its own time to drain. */
const stopMarginMs = 4_000;

/** @throws WorkerStartError when the first worker does not start, DataPlaneConfigError when a port is taken */
export async function startWorkers(
  config: DataPlaneConfig,
  workers: number,
  instruments: Instruments = createInstruments(config),
): Promise<RunningDataPlane> {
  const { metrics } = instruments;
  const status = createStatusKeeper({ name: 'data-plane', pid: process.pid });
  const observer = combineObservers(instruments.observer, status.observer);
  const buckets = new TokenBuckets(() => performance.now());
  const merged = new WorkerMetrics(metrics.snapshot, {
    now: () => performance.now(),
    onFailure: (error) =>
      observer.note({ kind: 'internal-error', where: 'metrics of a worker that ended', detail: String(error) }),
  });
  const pool = new WorkerPool({
    workers,
    start: startWorker,
    handlers: { 'take-tokens': (payload) => buckets.take(tokenRequestSchema.parse(payload)) },
    onStarted: (calls) => merged.add(calls),
    onGone: (calls) => merged.remove(calls),
    onLost: (lost) => observer.note({ kind: 'worker-lost', ...lost }),
    stopTimeoutMs: drainTimeoutMs + stopMarginMs,
  });

  let reason: string | undefined = 'starting';
  const notReadyReason = () => reason ?? (pool.ready === 0 ? 'no worker is ready' : undefined);
  const acceptor = net.createServer({ pauseOnConnect: true, noDelay: true }, (socket) => pool.hand(socket));
  const undo: (() => unknown)[] = [];
  const undoAll = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  let adminPort = 0;
  try {
    const admin = await startAdmin(
      config,
      {
        notReadyReason,
        renderMetrics: () => merged.render(),
        status: () => statusOfWorkers(status.snapshot(), merged.workers),
      },
      observer,
    );
    adminPort = admin.port;
    undo.push(() => admin.close());
    await listen(acceptor, config);
    undo.push(() => pool.stop());
    // First no new connections for anybody, then the workers leave: none is taken that nobody will serve.
    undo.push(() => acceptor.close());
    await pool.start();
  } catch (error) {
    await undoAll();
    throw portTaken(error) ?? error;
  }
  reason = undefined;
  const address = acceptor.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const addresses = { http: `http://${config.host}:${port}`, admin: `http://${config.adminHost}:${adminPort}` };
  observer.note({ kind: 'process-started', process: 'data-plane', addresses });

  let stopping: Promise<void> | undefined;
  const stop = async () => {
    observer.note({ kind: 'process-stopping', process: 'data-plane', reason: 'asked to stop' });
    reason = 'draining';
    await sleep(config.drainDelayMs);
    await takeWaiting();
    await undoAll();
    observer.note({ kind: 'message', level: 'info', text: 'all workers have left' });
  };
  return { port, adminPort, stop: () => (stopping ??= stop()) };
}

/** The same program with the same words, and its slot. */
function startWorker(slot: number) {
  const [, program = '', ...words] = process.argv;
  // Of its own group: Ctrl-C reaches the supervisor, which decides the order of leaving.
  return fork(program, [...words, '--worker-slot', String(slot)], { detached: true });
}

function listen(server: net.Server, { host, port }: DataPlaneConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
