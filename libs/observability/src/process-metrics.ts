/** What every process shows of itself: its version, its bugs, and whatever it can count at the moment of asking. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Observer } from './observer.js';
import { productVersion } from './product-version.js';

/** States of a process, each by the name of the metric that shows it. */
export interface ProcessCounts {
  /** Data APIs whose configuration is in memory. */
  readonly tenantsLoaded?: number;
  /** Connections to databases, by whether a request holds them. */
  readonly connectionsBusy?: number;
  readonly connectionsIdle?: number;
  /** Requests that wait for a connection. */
  readonly connectionWaiters?: number;
  readonly requestsInFlight?: number;
  /** Proxies that follow the change feed. */
  readonly feedConnections?: number;
}

const gauges = {
  tenantsLoaded: ['perch_tenants_loaded', 'Data APIs whose configuration is in memory', undefined],
  connectionsBusy: ['perch_connections', 'Connections to databases', 'busy'],
  connectionsIdle: ['perch_connections', 'Connections to databases', 'idle'],
  connectionWaiters: ['perch_connection_waiters', 'Requests that wait for a connection', undefined],
  requestsInFlight: ['perch_requests_in_flight', 'Requests being answered', undefined],
  feedConnections: ['perch_feed_connections', 'Proxies that follow the change feed', undefined],
} as const satisfies Record<keyof ProcessCounts, readonly [name: string, help: string, state: string | undefined]>;

export function createBugMetrics(registry: Registry): Observer {
  new Gauge({
    name: 'perch_build_info',
    help: '1, with the version as a label',
    labelNames: ['version'],
    aggregator: 'first',
    registers: [registry],
  }).set({ version: productVersion() }, 1);
  const bugs = new Counter({
    name: 'perch_internal_errors_total',
    help: 'Bugs: errors that must not happen',
    registers: [registry],
  });
  return {
    note(observation) {
      if (observation.kind === 'internal-error') bugs.inc();
    },
  };
}

/** Registers a metric for each count there is, read whenever metrics are. */
export function registerCounts(registry: Registry, counts: () => ProcessCounts): void {
  const now = counts();
  const names = new Map<string, (keyof ProcessCounts)[]>();
  for (const [key, [name]] of Object.entries(gauges) as [keyof ProcessCounts, (typeof gauges)[keyof ProcessCounts]][]) {
    if (now[key] !== undefined) names.set(name, [...(names.get(name) ?? []), key]);
  }
  for (const [name, keys] of names) {
    const [first] = keys;
    new Gauge({
      name,
      help: first === undefined ? name : gauges[first][1],
      labelNames: keys.some((key) => gauges[key][2] !== undefined) ? ['state'] : [],
      registers: [registry],
      collect() {
        const values = counts();
        for (const key of keys) {
          const state = gauges[key][2];
          this.set(state === undefined ? {} : { state }, values[key] ?? 0);
        }
      },
    });
  }
}
