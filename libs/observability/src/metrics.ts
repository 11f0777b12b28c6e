/**
 * Observations as Prometheus metrics: one registry a process, labels that no client can make grow. docs/metrics.md
 * documents each.
 */
import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { createCallMetrics, createOperationMetrics } from './management-metrics.js';
import type { Observation } from './observation.js';
import { combineObservers, type Observer } from './observer.js';
import { createBugMetrics, registerCounts, type ProcessCounts } from './process-metrics.js';
import { createTalliedCounter, type Tally } from './tallied-counter.js';
import { createTenantMetrics, type TenantMetricsOptions } from './tenant-metrics.js';

/** Text exposition and its content type. */
export interface RenderedMetrics {
  readonly contentType: string;
  readonly body: string;
}

/** All values of one process, as plain data that can be sent to another. */
export type MetricsSnapshot = readonly object[];

export interface Metrics {
  readonly registry: Registry;
  readonly observer: Observer;
  render(): Promise<RenderedMetrics>;
  snapshot(): Promise<MetricsSnapshot>;
  /** What can be counted at any moment, from now on. */
  show(counts: () => ProcessCounts): void;
}

/** What a process does decides what it counts. */
export type MetricsSet = 'data-plane' | 'control-plane' | 'worker';

/** Seconds; from a cache hit to a long report. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface MetricsOptions {
  /** Label `process` of every series. */
  readonly process: string;
  /** Default: all sets. */
  readonly set?: MetricsSet;
  /** Tenants that are counted by name (`tenant-metrics.ts`). Default 100. */
  readonly maxTenants?: number;
  /** Node's own metrics (memory, event loop, garbage collection). Default true. */
  readonly runtimeMetrics?: boolean;
}

export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ process: options.process });
  if (options.runtimeMetrics !== false) collectDefaultMetrics({ register: registry });
  const { set } = options;
  const tenants = { max: options.maxTenants ?? 100, now: () => performance.now() };
  const observers = [
    createBugMetrics(registry),
    ...(set === undefined || set === 'data-plane' ? [createRequestMetrics(registry, tenants)] : []),
    ...(set === undefined || set === 'control-plane' ? [createCallMetrics(registry)] : []),
    ...(set === undefined || set === 'worker' ? [createOperationMetrics(registry)] : []),
  ];
  return {
    registry,
    observer: combineObservers(...observers),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
    snapshot: () => registry.getMetricsAsJSON(),
    show: (counts) => registerCounts(registry, counts),
  };
}

/** Several processes as one: counters, histograms and sizes add up, of states the worst counts. */
export async function renderTogether(snapshots: readonly MetricsSnapshot[]): Promise<RenderedMetrics> {
  const registry = AggregatorRegistry.aggregate(snapshots.map((snapshot) => [...snapshot]));
  return { contentType: registry.contentType, body: await registry.metrics() };
}

/** Of several processes that are gone: what they counted, without the states they were in. */
export async function addUpCounts(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  const registry = AggregatorRegistry.aggregate(snapshots.map((snapshot) => snapshot.filter(isCount)));
  return registry.getMetricsAsJSON();
}

function isCount(metric: object): boolean {
  return 'type' in metric && (metric.type === 'counter' || metric.type === 'histogram');
}

function createRequestMetrics(registry: Registry, tenants: TenantMetricsOptions): Observer {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name, help, labelNames: [...labelNames], registers });

  const requests = createRequestCounts(registry);
  const errors = counter('perch_request_errors_total', 'Requests answered with an error', ['kind', 'code']);
  const duration = new Histogram({
    name: 'perch_request_duration_seconds',
    help: 'Time to answer a request',
    buckets: durationBuckets,
    registers,
  });
  const responseBytes = createTalliedCounter(
    registry,
    'perch_response_bytes_total',
    'Bytes of response bodies',
    [],
  ).series({});
  const lookups = counter('perch_tenant_lookups_total', 'Tenant lookups by outcome', ['outcome']);
  const connected = new Gauge({
    name: 'perch_control_plane_connected',
    help: '1 while the change feed of the control plane is open',
    aggregator: 'min',
    registers,
  });
  const snapshots = counter('perch_snapshots_loaded_total', 'Tenant snapshots loaded', ['from']);
  const snapshotFailures = counter('perch_snapshot_failures_total', 'Snapshots that could not be had or used', [
    'kind',
  ]);
  const tokenLookups = counter('perch_jwt_cache_lookups_total', 'Token verdict cache lookups', ['hit']);
  const schemaLoads = counter('perch_schema_cache_loads_total', 'Schema cache loads', ['result']);
  const schemaDuration = new Histogram({
    name: 'perch_schema_cache_load_duration_seconds',
    help: 'Time to load a schema cache from a database',
    buckets: durationBuckets,
    registers,
  });
  const workersLost = counter('perch_workers_lost_total', 'Worker processes that ended unasked and were replaced');
  const feedSequence = new Gauge({
    name: 'perch_feed_sequence',
    help: 'Where the change feed was when it was last opened',
    aggregator: 'min',
    registers,
  });
  const byTenant = createTenantMetrics(registry, tenants);

  return {
    note(observation: Observation) {
      switch (observation.kind) {
        case 'request':
          requests(observation.method, observation.status);
          duration.observe(observation.durationMs / 1000);
          responseBytes.added += observation.responseBytes;
          if (observation.errorKind !== undefined)
            errors.inc({ kind: observation.errorKind, code: codeClass(observation.errorCode) });
          byTenant.count(observation);
          return;
        case 'tenant-lookup':
          lookups.inc({ outcome: observation.outcome });
          return;
        case 'control-plane-connected':
          connected.set(1);
          feedSequence.set(observation.sequence);
          return;
        case 'control-plane-lost':
          connected.set(0);
          return;
        case 'tenant-loaded':
          snapshots.inc({ from: observation.from });
          return;
        case 'snapshot-refused':
        case 'snapshot-source-failed':
        case 'disk-copy-ignored':
        case 'disk-copy-failed':
        case 'tenants-file-refused':
        case 'jwks-fetch-failed':
          snapshotFailures.inc({ kind: observation.kind });
          return;
        case 'jwt-cache-lookup':
          tokenLookups.inc({ hit: String(observation.hit) });
          return;
        case 'schema-cache-loaded':
          schemaLoads.inc({ result: observation.from === 'disk' ? 'from-disk' : 'ok' });
          if (observation.from === 'database') schemaDuration.observe(observation.durationMs / 1000);
          return;
        case 'schema-cache-failed':
          schemaLoads.inc({ result: 'failed' });
          return;
        case 'worker-lost':
          workersLost.inc();
          return;
        case 'internal-error':
        case 'management-request':
        case 'operation-run':
        case 'process-started':
        case 'process-stopping':
        case 'process-stopped':
        case 'tenant-dropped':
        case 'tenants-file-loaded':
        case 'jwks-fetched':
        case 'unknown-kid-reported':
        case 'message':
          return;
      }
    },
  };
}

/** By method and status; counted by number, since a text for each request would have to be made. */
function createRequestCounts(registry: Registry): (method: string, status: number) => void {
  const counter = createTalliedCounter(registry, 'perch_requests_total', 'Requests answered', ['method', 'status']);
  const byMethod = new Map<string, Map<number, Tally>>();
  return (sent, status) => {
    const method = knownMethod(sent);
    let byStatus = byMethod.get(method);
    if (byStatus === undefined) byMethod.set(method, (byStatus = new Map<number, Tally>()));
    let tally = byStatus.get(status);
    if (tally === undefined) byStatus.set(status, (tally = counter.series({ method, status: String(status) })));
    tally.added += 1;
  };
}

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** A client may send any method; a label must not grow with what clients think of. */
function knownMethod(method: string): string {
  return methods.has(method) ? method : 'other';
}

/** PostgREST's and our codes as they are; an SQLSTATE by its class, because a raised error may choose any. */
function codeClass(code: string | undefined): string {
  if (code === undefined) return 'none';
  if (/^(PGRST|PERCH)\w{1,4}$/.test(code)) return code;
  return /^[0-9A-Z]{5}$/.test(code) ? `${code.slice(0, 2)}xxx` : 'other';
}
