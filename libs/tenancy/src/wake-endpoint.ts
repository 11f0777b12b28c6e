/**
 * Asks the control plane to wake a suspended Postgres: a tenant key in, whether it is worth connecting again out. Whoever
 * asks for one endpoint at the same time waits for the same answer, and a no is believed for a while.
 */
import { LRUCache } from 'lru-cache';
import { fleetApiPaths } from '@perch/contract';
import { createSingleFlight } from './single-flight.js';

/** Milliseconds: longer than the control plane itself waits for a compute. */
const wakeTimeoutMs = 9_000;
/** Milliseconds for which "nothing to wake there" stands: a Postgres that was attached stays one. */
const foreignMs = 30_000;
/** Milliseconds until a failed wake is tried again. */
const failedMs = 1_000;

/** POSTs, and resolves with the status of the answer. */
export type WakeCall = (path: string, timeoutMs: number) => Promise<number>;

/** @param call reaches the control plane. The result never throws. */
export function createEndpointWaker(call: WakeCall): (endpointId: string) => Promise<boolean> {
  const flights = createSingleFlight<boolean>();
  const refused = new LRUCache<string, true>({ max: 10_000, ttl: foreignMs });
  const ask = async (endpointId: string): Promise<boolean> => {
    let ttl = failedMs;
    try {
      const status = await call(fleetApiPaths.wake(endpointId), wakeTimeoutMs);
      if (status === 204) return true;
      if (status === 404) ttl = foreignMs;
    } catch {
      // Away: the request gets the error of its connection.
    }
    refused.set(endpointId, true, { ttl });
    return false;
  };
  return async (endpointId) => !refused.has(endpointId) && flights.run(endpointId, () => ask(endpointId));
}
