/**
 * One proxy process: configuration in, a listening data plane out. The only place that makes things and hands them to
 * each other.
 */
import { combineObservers, createStatusKeeper, startTracing } from '@perch/observability';
import { createAuthenticator } from '@perch/jwt';
import { createTenantExecutors, listen } from '@perch/postgres';
import { createSnapshotCache, createTenantResolver } from '@perch/tenancy';
import { ActiveTenants } from './active-tenant.js';
import { startAdmin } from './admin.js';
import { answerRequest } from './answer-request.js';
import type { DataPlaneConfig } from './config.js';
import { drain } from './drain.js';
import type { Deps } from './handle-request.js';
import { createInstruments, type Instruments } from './instruments.js';
import { createTokenSource } from './limits/create-token-source.js';
import { HeldBytes, heldLimits } from './limits/held-bytes.js';
import { RateLimits } from './limits/rate-limits.js';
import { RequestSlots } from './limits/request-slots.js';
import { portTaken } from './port-taken.js';
import { createRequestTraces } from './request-trace.js';
import { createSchemaCaches } from './schema-caches.js';
import { schemaDatabase } from './schema-database.js';
import { createSchemaListeners } from './schema-listeners.js';
import { startEdge } from './server.js';
import { createSnapshots } from './snapshots.js';
import { shareOf } from './workers/share.js';
import { linkToSupervisor } from './workers/supervisor-link.js';

export interface RunningDataPlane {
  readonly port: number;
  /** undefined for a worker: its supervisor has one for all. */
  readonly adminPort: number | undefined;
  /** Drains: in-flight requests get their answers, then everything is closed. */
  stop(): Promise<void>;
}

/** Milliseconds in which a request on its way on an open connection is still answered while leaving. */
const lingerMs = 100;
/** Milliseconds that running requests get when the process leaves; supervisors wait 10 s or more before they kill. */
export const drainTimeoutMs = 8_000;

/**
 * @throws TenantsFileError when the tenants file has problems, DataPlaneConfigError when a port is taken; whatever was
 * started is stopped again.
 */
export async function startDataPlane(
  config: DataPlaneConfig,
  instruments: Instruments = createInstruments(config),
): Promise<RunningDataPlane> {
  const { metrics } = instruments;
  const status = createStatusKeeper({ name: 'data-plane', pid: process.pid });
  const observer = combineObservers(instruments.observer, status.observer);
  const { role } = config;
  const share = shareOf(role);
  const processName = role.kind === 'worker' ? 'data-plane-worker' : 'data-plane';
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
    const executors = createTenantExecutors({
      maxConnections: share(config.maxConnections),
      wake: (key) => source.wake(key),
    });
    undo.push(() => executors.close());
    const activeTenants = new ActiveTenants(share);
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
    undo.push(() => schemaCaches.stop());
    snapshots.onChange((key, snapshot) => {
      if (snapshot !== undefined) return listeners.changed(snapshot, schemaCaches.holds(key));
      schemaCaches.forget(key);
      executors.remove(key);
    });
    const supervisor = role.kind === 'worker' ? linkToSupervisor(metrics, status) : undefined;
    const tokens = await createTokenSource({ redisUrl: config.redisUrl, supervisor: supervisor?.tokens, observer });
    undo.push(() => tokens.close());
    const heldBytes = new HeldBytes(heldLimits(share), () => performance.now());
    const deps: Deps = {
      tenants: createTenantResolver(source, snapshots, observer),
      activeTenants,
      rateLimits: new RateLimits(tokens.source),
      requestSlots: new RequestSlots(share),
      heldBytes,
      authenticator: createAuthenticator({ onUnknownKid: (key) => source.reportUnknownKid(key) }),
      schemaCaches,
      executors,
    };

    let notReadyReason: string | undefined = 'starting';
    await source.start(snapshots.listener);
    const admin =
      supervisor === undefined
        ? await startAdmin(
            config,
            { notReadyReason: () => notReadyReason, renderMetrics: metrics.render, status: status.snapshot },
            observer,
          )
        : undefined;
    undo.push(() => admin?.close());
    const edge = await startEdge({
      listen: supervisor === undefined ? { host: config.host, port: config.port } : undefined,
      observer,
      heldBytes,
      traces: tracer === undefined ? undefined : createRequestTraces(tracer),
      answer: (message, exchange) => answerRequest(message, exchange, deps, observer),
    });
    const counts = () => {
      const { connections, idle, waiting } = executors.counts();
      return {
        tenantsLoaded: snapshots.size,
        connectionsBusy: connections - idle,
        connectionsIdle: idle,
        connectionWaiters: waiting,
        requestsInFlight: edge.inFlight,
      };
    };
    metrics.show(counts);
    status.show(counts);
    notReadyReason = undefined;
    const addresses =
      admin === undefined
        ? {}
        : { http: `http://${config.host}:${edge.port}`, admin: `http://${config.adminHost}:${admin.port}` };
    observer.note({ kind: 'process-started', process: processName, addresses });

    let stopping: Promise<void> | undefined;
    const drainAndStop = async () => {
      observer.note({ kind: 'process-stopping', process: processName, reason: 'asked to stop' });
      await supervisor?.retire();
      // Of a worker its supervisor waits for load balancers.
      const delayMs = supervisor === undefined ? config.drainDelayMs : 0;
      const options = { delayMs, lingerMs, timeoutMs: drainTimeoutMs };
      const abandonedRequests = await drain(edge, options, () => (notReadyReason = 'draining'));
      await undoAll();
      observer.note({ kind: 'process-stopped', process: processName, abandonedRequests });
    };
    const stop = () => (stopping ??= drainAndStop());
    supervisor?.ready({ take: edge.accept, leave: () => void stop().then(supervisor.end) });
    return { port: edge.port, adminPort: admin?.port, stop };
  } catch (error) {
    await undoAll();
    throw portTaken(error) ?? error;
  }
}
