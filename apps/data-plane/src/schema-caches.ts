/**
 * What each tenant's database looks like: a tenant in, its schema out. Loads are single flight; a new snapshot version
 * loads again, and so does a request that found the schema moved; a refusal that rests on a schema asks first (decision 4).
 */
import { LRUCache } from 'lru-cache';
import { EngineError, engineError, type SchemaCache } from '@perch/engine';
import type { Observer } from '@perch/observability';
import type { ActiveTenant } from './active-tenant.js';
import type { SchemaVersion } from './schema-version.js';
import { createTrailingFlight } from './trailing-flight.js';

/** A schema and what it was read at. A new object each time it is read. */
export interface KnownSchema {
  readonly cache: SchemaCache;
  /** undefined when it could not be read. */
  readonly version: SchemaVersion | undefined;
  readonly snapshotVersion: number;
}

export interface SchemaCachesOptions {
  readonly load: (tenant: ActiveTenant) => Promise<SchemaCache>;
  readonly readVersion: (tenant: ActiveTenant) => Promise<SchemaVersion>;
  readonly observer: Observer;
  /** Tenants whose schema is kept. Default 5,000. */
  readonly maxTenants?: number;
  /** Milliseconds in which a failed load is not tried again. Default 1,000. */
  readonly failureTtlMs?: number;
}

export interface SchemaCaches {
  /** @throws EngineError PGRST002 when there is none and none can be loaded */
  get(tenant: ActiveTenant): KnownSchema | Promise<KnownSchema>;
  /** For a refusal that rests on `used`: another schema if there is one, after asking the database; else undefined. */
  ifMoved(used: KnownSchema, tenant: ActiveTenant): Promise<KnownSchema | undefined>;
  /** For a request that found `used` out of date. @throws EngineError PGRST002 when it cannot be loaded again */
  afterMove(used: KnownSchema, tenant: ActiveTenant): Promise<KnownSchema>;
  forget(key: string): void;
}

interface Failure {
  readonly error: EngineError;
  readonly snapshotVersion: number;
  readonly until: number;
}

export function createSchemaCaches(options: SchemaCachesOptions): SchemaCaches {
  const { observer } = options;
  const known = new LRUCache<string, KnownSchema>({ max: options.maxTenants ?? 5_000 });
  const failures = new LRUCache<string, Failure>({ max: 1_000 });
  const loads = new Map<string, Promise<KnownSchema>>();
  const questions = createTrailingFlight<KnownSchema | undefined>();
  const shareEqual = createSharing();

  const readNow = async (tenant: ActiveTenant, why: string): Promise<KnownSchema> => {
    const { key, version: snapshotVersion } = tenant;
    const startedAt = performance.now();
    try {
      // First the version: what changes in between is then noticed, not missed.
      const version = await options.readVersion(tenant).catch(() => undefined);
      const schema = { cache: shareEqual(await options.load(tenant)), version, snapshotVersion };
      if ((known.peek(key)?.snapshotVersion ?? 0) <= snapshotVersion) known.set(key, schema);
      failures.delete(key);
      observer.note({ kind: 'schema-cache-loaded', tenant: key, durationMs: performance.now() - startedAt, why });
      return schema;
    } catch (error) {
      observer.note({ kind: 'schema-cache-failed', tenant: key, reason: reasonOf(error) });
      const failed = engineError('PGRST002', undefined, error);
      const until = performance.now() + (options.failureTtlMs ?? 1_000);
      failures.set(key, { error: failed, snapshotVersion, until });
      throw failed;
    }
  };
  const load = (tenant: ActiveTenant, why: string): Promise<KnownSchema> => {
    const flight = `${tenant.key}\n${tenant.version}`;
    const running = loads.get(flight);
    if (running !== undefined) return running;
    const started = readNow(tenant, why).finally(() => loads.delete(flight));
    loads.set(flight, started);
    return started;
  };

  const recentFailure = (tenant: ActiveTenant): EngineError | undefined => {
    const failure = failures.get(tenant.key);
    if (failure === undefined || failure.snapshotVersion !== tenant.version) return undefined;
    return performance.now() < failure.until ? failure.error : undefined;
  };

  return {
    get(tenant) {
      const schema = known.get(tenant.key);
      if (schema !== undefined && schema.snapshotVersion >= tenant.version) return schema;
      const failure = recentFailure(tenant);
      // An older schema of the same data API is better than none (PostgREST does the same).
      if (failure !== undefined && schema !== undefined) return schema;
      if (failure !== undefined) throw failure;
      if (schema === undefined) return load(tenant, 'first request');
      return load(tenant, 'new configuration').catch(() => schema);
    },
    async ifMoved(used, tenant) {
      const current = known.peek(tenant.key);
      if (current !== undefined && current.cache !== used.cache) return current;
      return questions.run(tenant.key, async () => {
        const latest = known.peek(tenant.key) ?? used;
        if (latest.cache !== used.cache) return latest;
        try {
          const version = await options.readVersion(tenant).catch(() => undefined);
          if (version !== undefined && isSame(version, latest.version)) return undefined;
          const schema = await load(tenant, 'schema moved');
          return schema.cache === used.cache ? undefined : schema;
        } catch {
          // The refusal that asked stands.
          return undefined;
        }
      });
    },
    async afterMove(used, tenant) {
      const current = known.peek(tenant.key);
      return current !== undefined && current !== used ? current : load(tenant, 'schema moved');
    },
    forget(key) {
      known.delete(key);
      failures.delete(key);
    },
  };
}

/** Equal schemas (branches of one project have them) are held once, and let go with the last who uses them. */
function createSharing(): (cache: SchemaCache) => SchemaCache {
  const byContent = new Map<string, WeakRef<SchemaCache>>();
  const collected = new FinalizationRegistry<string>((hash) => {
    if (byContent.get(hash)?.deref() === undefined) byContent.delete(hash);
  });
  return (cache) => {
    const equal = byContent.get(cache.contentHash)?.deref();
    if (equal !== undefined) return equal;
    byContent.set(cache.contentHash, new WeakRef(cache));
    collected.register(cache, cache.contentHash);
    return cache;
  };
}

function isSame(a: SchemaVersion, b: SchemaVersion | undefined): boolean {
  return a.kind === b?.kind && a.text === b.text;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details = error instanceof EngineError && typeof error.details === 'string' ? `: ${error.details}` : '';
  return `${error.message}${details}`;
}
