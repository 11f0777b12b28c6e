/**
 * Leaves without losing a request: first "not ready" for load balancers to see, then no new connections, then the end of
 * what is idle, and only when waiting is over the end of what still runs.
 */
import { setImmediate as afterPolling, setTimeout as sleep } from 'node:timers/promises';
import type { Edge } from './server.js';

export interface DrainOptions {
  /** Milliseconds between "not ready" and the end of listening. */
  readonly delayMs: number;
  /** Milliseconds in which a request that is on its way on an open connection is still answered. */
  readonly lingerMs: number;
  /** Milliseconds that running requests get. */
  readonly timeoutMs: number;
}

/** @returns how many requests were cut off. */
export async function drain(edge: Edge, options: DrainOptions, notReady: () => void): Promise<number> {
  notReady();
  await sleep(options.delayMs);
  await takeWaiting();
  edge.stopListening();
  await sleep(options.lingerMs);
  const until = performance.now() + options.timeoutMs;
  while (edge.inFlight > 0 && performance.now() < until) {
    edge.closeIdle();
    await sleep(10);
  }
  edge.closeIdle();
  const abandoned = edge.inFlight;
  await edge.close();
  return abandoned;
}

/**
 * Before listening ends: connections that wait in the kernel's queue would be reset with it. All of them are accepted in the
 * phase of the event loop before this resolves; what comes later, within microseconds, is left to the client's retry.
 */
export const takeWaiting = (): Promise<void> => afterPolling();
