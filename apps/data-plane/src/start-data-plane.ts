/**
 * One proxy process: configuration in, a listening data plane out. The only place that makes things and hands them to
 * each other.
 */
import {
  combineObservers,
  createLogger,
  createLogObserver,
  createMetrics,
  startTracing,
  type Metrics,
  type Observer,
} from '@perch/observability';
import { createAuthenticator } from '@perch/jwt';
import { createTenantExecutors, listen } from '@perch/postgres';
import { createSnapshotCache, createTenantResolver } from '@perch/tenancy';
import { ActiveTenants } from './active-tenant.js';
import { startAdmin } from './admin.js';
import { answerRequest } from './answer-request.js';
import { DataPlaneConfigError, type DataPlaneConfig } from './config.js';
import { drain } from './drain.js';
import type { Deps } from './handle-request.js';
import { RateLimits } from './rate-limits.js';
import { createRequestTraces } from './request-trace.js';
import { createSchemaCaches } from './schema-caches.js';
import { schemaDatabase } from './schema-database.js';
import { createSchemaListeners } from './schema-listeners.js';
import { startEdge } from './server.js';
import { createSnapshots } from './snapshots.js';

export interface RunningDataPlane {
  readonly port: number;
  readonly adminPort: number;
  /** Drains: in-flight requests get their answers, then everything is closed. */
  stop(): Promise<void>;
}

/** Milliseconds in which a request on its way on an open connection is still answered while leaving. */
const lingerMs = 100;
/** Milliseconds that running requests get when the process leaves; supervisors wait 10 s or more before they kill. */
const drainTimeoutMs = 8_000;

/**
 * @throws TenantsFileError when the tenants file has problems, DataPlaneConfigError when a port is taken; whatever was
 * started is stopped again.
 */
export async function startDataPlane(
  config: DataPlaneConfig,
  instruments: { readonly observer: Observer; readonly metrics: Metrics } = createInstruments(config),
): Promise<RunningDataPlane> {
  const { observer, metrics } = instruments;
  const undo: (() => Promise<void> | void)[] = [];
  const undoAll = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const tracer = await startTracing(config.tracing, 'data-plane', observer);
    undo.push(() => tracer?.stop());
    const { source, lastGoodCopies, schemaCopies } = createSnapshots(config.source, observer);
    const snapshots = createSnapshotCache({ source, observer, lastGoodCopies });
    undo.push(() => snapshots.stop());
    undo.push(() => source.stop());
    const executors = createTenantExecutors({ wake: (key) => source.wake(key) });
    undo.push(() => executors.close());
    const activeTenants = new ActiveTenants();
    const listeners = createSchemaListeners({
      listen,
      activeTenants,
      observer,
      reload: (tenant) => void schemaCaches.reload(tenant),
      recheck: (tenant) => void schemaCaches.recheck(tenant),
    });
    undo.push(() => listeners.stop());
    const schemaCaches = createSchemaCaches({
      observer,
      copies: schemaCopies,
      database: schemaDatabase(executors),
      onKept: (tenant) => listeners.follow(tenant),
      onLetGo: (key) => listeners.forget(key),
    });
    undo.push(() => schemaCaches.settled());
    snapshots.onChange((key, snapshot) => {
      if (snapshot !== undefined) return listeners.changed(snapshot, schemaCaches.holds(key));
      schemaCaches.forget(key);
      executors.remove(key);
    });
    const deps: Deps = {
      tenants: createTenantResolver(source, snapshots, observer),
      activeTenants,
      rateLimits: new RateLimits(() => performance.now()),
      authenticator: createAuthenticator({ onUnknownKid: (key) => source.reportUnknownKid(key) }),
      schemaCaches,
      executors,
    };

    let notReadyReason: string | undefined = 'starting';
    await source.start(snapshots.listener);
    const admin = await startAdmin(config, metrics, observer, () => notReadyReason);
    undo.push(() => admin.close());
    const { host, port } = config;
    const edge = await startEdge({
      host,
      port,
      observer,
      traces: tracer === undefined ? undefined : createRequestTraces(tracer),
      answer: (message, exchange) => answerRequest(message, exchange, deps, observer),
    });
    notReadyReason = undefined;
    const addresses = { http: `http://${host}:${edge.port}`, admin: `http://${config.adminHost}:${admin.port}` };
    observer.note({ kind: 'process-started', process: 'data-plane', addresses });

    let stopping: Promise<void> | undefined;
    const stop = async () => {
      observer.note({ kind: 'process-stopping', process: 'data-plane', reason: 'asked to stop' });
      const options = { delayMs: config.drainDelayMs, lingerMs, timeoutMs: drainTimeoutMs };
      const abandonedRequests = await drain(edge, options, () => (notReadyReason = 'draining'));
      await undoAll();
      observer.note({ kind: 'process-stopped', process: 'data-plane', abandonedRequests });
    };
    return { port: edge.port, adminPort: admin.port, stop: () => (stopping ??= stop()) };
  } catch (error) {
    await undoAll();
    throw portTaken(error) ?? error;
  }
}

/** Says what to do about a port that is not to be had. */
function portTaken(error: unknown): DataPlaneConfigError | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== 'EADDRINUSE')
    return undefined;
  const port = 'port' in error ? String(error.port) : '?';
  const address = 'address' in error ? String(error.address) : '?';
  return new DataPlaneConfigError([
    `port ${port} on ${address} is taken: stop what uses it, or choose another with --port or PERCH_PORT_BASE`,
  ]);
}

function createInstruments({ logLevel }: DataPlaneConfig): { readonly observer: Observer; readonly metrics: Metrics } {
  const metrics = createMetrics({ process: 'data-plane' });
  const logger = createLogger({ name: 'data-plane', level: logLevel });
  return { observer: combineObservers(createLogObserver(logger), metrics.observer), metrics };
}
