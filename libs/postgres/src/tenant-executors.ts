/** One executor per tenant, made when first asked for, replaced when its connection changed, dropped when long unused. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { SqlExecutor } from '@perch/engine';
import { connectAwake } from './connect-awake.js';
import { ConnectionBudget } from './connection-budget.js';
import { ConnectionPool, type PoolCounts } from './connection-pool.js';
import { parseDatabaseUrl } from './database-url.js';
import { PacketConnection } from './packet-connection.js';
import { TenantExecutor } from './tenant-executor.js';

/** What a tenant's snapshot says about its connection. */
export interface TenantConnection {
  /** Tenant key: pools are never shared between keys. */
  readonly key: string;
  /** Version of the snapshot. A request that still holds an older one does not bring the older connection back. */
  readonly version: number;
  readonly databaseUrl: string;
  /** Connections at most. */
  readonly poolSize: number;
  /** `db_prepared_statements`. */
  readonly prepare: boolean;
}

export interface TenantExecutorsOptions {
  /** Connections of all tenants together. Default 400. */
  readonly maxConnections?: number;
  /** Tenants whose pools are remembered. Default 10,000. */
  readonly maxTenants?: number;
  /** Milliseconds until a connection attempt is given up (PGRST000). Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds a request waits for a free connection (PGRST003). Default 10,000. */
  readonly acquireTimeoutMs?: number;
  /** Milliseconds until an unused connection is closed. Default 30,000. */
  readonly idleTimeoutMs?: number;
  /** Milliseconds until a connection is replaced. Default 30 minutes. */
  readonly maxLifetimeMs?: number;
  /** Milliseconds a cancelled packet may take to end. Default 5,000. */
  readonly cancelTimeoutMs?: number;
  /** Statements prepared per connection. Default 256. */
  readonly maxPreparedStatements?: number;
  /** Asked when a tenant's server refuses connections, with its key: whether it answers now. Never throws. */
  readonly wake?: (key: string) => Promise<boolean>;
  /** Bytes of all rows that one packet is answered with. Default 256 MiB. */
  readonly maxAnswerBytes?: number;
}

export interface TenantExecutors {
  /** The tenant's executor. Cheap: asked for with every request. */
  for(tenant: TenantConnection): SqlExecutor;
  /** Forgets a tenant that is gone; what runs ends in peace. */
  remove(key: string): void;
  counts(): PoolCounts & { readonly tenants: number };
  /** Lets running packets end for so many milliseconds, then closes everything. */
  close(graceMs?: number): Promise<void>;
}

interface Entry {
  readonly tenant: TenantConnection;
  /** When this connection came into force; milliseconds of performance.now(). */
  readonly since: number;
  readonly pool: ConnectionPool;
  readonly executor: SqlExecutor;
}

const MEBIBYTE = 1024 * 1024;
const MINUTE_MS = 60_000;
/** Until the connections that were given up are closed. */
const DESTROYED_AFTER_MS = 500;
/** How long a request can hold on to the snapshot that it began with. Later a lower version is a tenant made anew. */
const LATE_REQUEST_MS = 10_000;

export function createTenantExecutors(options: TenantExecutorsOptions = {}): TenantExecutors {
  const idleTimeoutMs = options.idleTimeoutMs ?? 30_000;
  const poolOptions = {
    acquireTimeoutMs: options.acquireTimeoutMs ?? 10_000,
    idleTimeoutMs,
    maxLifetimeMs: options.maxLifetimeMs ?? 30 * MINUTE_MS,
  };
  const connectionOptions = {
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    cancelTimeoutMs: options.cancelTimeoutMs ?? 5_000,
    maxPreparedStatements: options.maxPreparedStatements ?? 256,
    maxAnswerBytes: options.maxAnswerBytes ?? 256 * MEBIBYTE,
  };
  const draining = new Set<ConnectionPool>();
  const retire = (pool: ConnectionPool) => {
    draining.add(pool);
    void pool.drain().then(() => draining.delete(pool));
  };
  const entries = new LRUCache<string, Entry>({
    max: options.maxTenants ?? 10_000,
    dispose: ({ pool }) => retire(pool),
  });
  const budget = new ConnectionBudget(options.maxConnections ?? 400, () => {
    for (const entry of entries.rvalues()) if (entry?.pool.closeOneIdle() === true) return;
  });
  const sweeper = setInterval(
    () => {
      const limit = performance.now() - idleTimeoutMs;
      for (const { pool } of entries.values()) pool.closeIdleSince(limit);
    },
    Math.min(idleTimeoutMs, 5_000),
  );
  sweeper.unref();

  const create = (tenant: TenantConnection): Entry => {
    let wokenAt = -Infinity;
    const open = async () => {
      const address = parseDatabaseUrl(tenant.databaseUrl);
      const connect = () => PacketConnection.connect(address, { ...connectionOptions, prepare: tenant.prepare });
      const { wake } = options;
      if (wake === undefined) return connect();
      const wakeIt = async () => {
        const isAwake = await wake(tenant.key);
        if (isAwake) wokenAt = performance.now();
        return isAwake;
      };
      return connectAwake({ connect, wake: wakeIt });
    };
    const pool = new ConnectionPool(open, budget, tenant.poolSize, poolOptions);
    return { tenant, since: performance.now(), pool, executor: new TenantExecutor(pool, () => wokenAt) };
  };

  return {
    for(tenant) {
      const known = entries.get(tenant.key);
      if (known !== undefined) {
        if (tenant.version === known.tenant.version || isLate(tenant, known)) return known.executor;
        if (sameConnection(tenant, known.tenant)) {
          known.pool.setMax(tenant.poolSize);
          entries.set(tenant.key, { ...known, tenant }, { noDisposeOnSet: true });
          return known.executor;
        }
      }
      const entry = create(tenant);
      entries.set(tenant.key, entry);
      return entry.executor;
    },
    remove: (key) => void entries.delete(key),
    counts() {
      const pools = [...[...entries.values()].map(({ pool }) => pool), ...draining].map((pool) => pool.counts);
      const sum = (count: keyof PoolCounts) => pools.reduce((total, counts) => total + counts[count], 0);
      return { tenants: entries.size, connections: sum('connections'), idle: sum('idle'), waiting: sum('waiting') };
    },
    async close(graceMs = 5_000) {
      clearInterval(sweeper);
      entries.clear();
      const pools = [...draining];
      const drained = Promise.all(pools.map((pool) => pool.drain()));
      const deadline = setTimeout(() => pools.forEach((pool) => pool.destroy()), graceMs);
      // What is then still being made, of a server that has yet to wake, is nobody's any more.
      await Promise.race([drained, sleep(graceMs + DESTROYED_AFTER_MS, undefined, { ref: false })]);
      clearTimeout(deadline);
    },
  };
}

function sameConnection(a: TenantConnection, b: TenantConnection): boolean {
  return a.databaseUrl === b.databaseUrl && a.prepare === b.prepare;
}

function isLate(tenant: TenantConnection, known: Entry): boolean {
  return tenant.version < known.tenant.version && performance.now() - known.since < LATE_REQUEST_MS;
}
