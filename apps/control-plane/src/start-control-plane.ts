/** Wires the control plane from its configuration, starts it, and stops it again in order. */
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyMigrations, createDatabase } from '@perch/database';
import {
  createLogger,
  createLogObserver,
  createMetrics,
  createStatusKeeper,
  combineObservers,
  startAdminServer,
  startTracing,
} from '@perch/observability';
import { createJobQueue } from '@perch/queue';
import { ensureBootstrapApiKey } from './api-keys/ensure-bootstrap-api-key.js';
import type { ControlPlaneConfig } from './config.js';
import { closeApp, createApp } from './create-app.js';
import { DataApiUrls } from './data-api/data-api-urls.js';
import { ChangeFeed } from './fleet/change-feed.js';
import { FeedConnections } from './fleet/feed-connections.js';
import { FleetToken } from './http/fleet-token.js';
import { JwksRefresher } from './jwks/jwks-refresher.js';
import { JwksSource } from './jwks/jwks-source.js';
import { OperationRunner } from './operations/operation-runner.js';
import { startPeriodicTask } from './periodic-task.js';
import { ComputePortRange } from './projects/local-ports.js';
import { createResealing } from './reseal-secrets.js';

export interface RunningControlPlane {
  /** Base URL without a path. */
  readonly url: string;
  readonly adminPort: number;
  /** Answers what was asked, ends the feeds, closes what it opened. */
  stop(): Promise<void>;
}

const JWKS_ROUND_MS = 30_000;
const PRUNE_MS = 60 * 60 * 1000;
const CHANGES_KEPT_MS = 24 * 60 * 60 * 1000;
/** Thirteen months: a year can be looked back on whole. */
const AUDIT_KEPT_MS = 396 * 24 * 60 * 60 * 1000;
const RESEAL_MS = 60_000;
const PING_MS = 5_000;

export async function startControlPlane(config: ControlPlaneConfig): Promise<RunningControlPlane> {
  const logger = createLogger({ name: 'control-plane', level: config.logLevel });
  const metrics = createMetrics({ process: 'control-plane', set: 'control-plane' });
  const status = createStatusKeeper({ name: 'control-plane', pid: process.pid });
  const observer = combineObservers(createLogObserver(logger), metrics.observer, status.observer);
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    observer.note({ kind: 'process-stopping', process: 'control-plane', reason: 'asked to' });
    for (const step of undo.splice(0).reverse()) await step();
    observer.note({ kind: 'process-stopped', process: 'control-plane', abandonedRequests: 0 });
  };
  try {
    const tracer = await startTracing(config.tracing, 'control-plane', observer);
    undo.push(async () => tracer?.stop());
    await applyMigrations(config.databaseUrl, migrationsDirectory());
    const { masterKey, previousMasterKey } = config;
    const database = createDatabase({ url: config.databaseUrl, masterKey, previousMasterKey });
    undo.push(() => database.close());
    if (config.bootstrapApiKey !== undefined) await ensureBootstrapApiKey(database.apiKeys, config.bootstrapApiKey);
    const queue = createJobQueue({ databaseUrl: config.databaseUrl, redisUrl: config.redisUrl });
    undo.push(() => queue.close());

    const operationRunner = new OperationRunner(database, queue, observer, tracer);
    const jwksSource = new JwksSource({
      allowLoopback: config.jwksAllowLoopback,
      allowedHosts: config.jwksAllowedHosts,
    });
    const jwksRefresher = new JwksRefresher({
      dataApis: database.dataApis,
      keySets: database.dataApiJwks,
      source: jwksSource,
      observer,
    });
    const feedConnections = new FeedConnections(new ChangeFeed(database.tenants, database.events, observer), observer);
    const counts = () => ({ feedConnections: feedConnections.open });
    metrics.show(counts);
    status.show(counts);
    const app = await createApp({
      database,
      observer,
      tracer,
      operationRunner,
      jwksSource,
      jwksRefresher,
      feedConnections,
      dataApiUrls: new DataApiUrls(config.dataApiUrl),
      fleetToken: new FleetToken(config.fleetToken, config.previousFleetToken),
      computePorts: new ComputePortRange(config.computePorts.first, config.computePorts.last),
    });
    undo.push(() => closeApp(app));
    // Before the server closes, which waits for whoever is still being answered.
    undo.push(async () => {
      operationRunner.stop();
      await feedConnections.close();
    });

    let notReady: string | undefined;
    const every = (everyMs: number, where: string, run: () => Promise<void>): void => {
      const onError = (error: unknown): void =>
        observer.note({ kind: 'message', level: 'warn', text: `${where} failed: ${messageOf(error)}` });
      const task = startPeriodicTask({ everyMs, run, onError });
      undo.push(() => task.stop());
    };
    every(JWKS_ROUND_MS, 'Refreshing key sets', () => jwksRefresher.refreshDue());
    every(PRUNE_MS, 'Pruning the change feed', async () => {
      await database.tenants.pruneChanges(new Date(Date.now() - CHANGES_KEPT_MS));
    });
    every(PRUNE_MS, 'Pruning the audit log', () => database.audit.prune(new Date(Date.now() - AUDIT_KEPT_MS)));
    if (previousMasterKey !== undefined) {
      every(RESEAL_MS, 'Sealing secrets with the present master key', createResealing(database, observer));
    }
    every(PING_MS, 'Asking the metadata database', async () => {
      notReady = await database.ping().then(
        () => undefined,
        (error: unknown) => `the metadata database does not answer: ${messageOf(error)}`,
      );
    });

    await app.listen(config.port, config.host);
    const admin = await startAdminServer({
      port: config.adminPort,
      host: config.adminHost,
      notReadyReason: () => notReady,
      renderMetrics: () => metrics.render(),
      status: status.snapshot,
    });
    undo.push(() => admin.close());
    const url = `http://${config.host}:${portOf(app.getHttpServer().address())}`;
    observer.note({
      kind: 'process-started',
      process: 'control-plane',
      addresses: { api: url, admin: `http://${config.adminHost}:${admin.port}` },
    });
    return { url, adminPort: admin.port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** prisma/migrations of the workspace, as far from src as from dist. */
function migrationsDirectory(): string {
  return path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../prisma/migrations');
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
