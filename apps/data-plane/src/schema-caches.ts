/**
 * What each tenant's database looks like: a tenant in, its schema cache out. Loads are single flight; a new snapshot
 * version loads again; a refusal that rests on a cache asks whether the schema moved meanwhile (decision 4).
 */
import { LRUCache } from 'lru-cache';
import { EngineError, engineError, type SchemaCache } from '@perch/engine';
import type { Observer } from '@perch/observability';
import type { ActiveTenant } from './active-tenant.js';

export interface SchemaCachesOptions {
  readonly load: (tenant: ActiveTenant) => Promise<SchemaCache>;
  /** A text that differs when the schema may have changed. */
  readonly readVersion: (tenant: ActiveTenant) => Promise<string>;
  readonly observer: Observer;
  /** Tenants whose schema is kept. Default 5,000. */
  readonly maxTenants?: number;
  /** Milliseconds in which a failed load is not tried again. Default 1,000. */
  readonly failureTtlMs?: number;
}

export interface SchemaCaches {
  /** @throws EngineError PGRST002 when there is none and none can be loaded */
  get(tenant: ActiveTenant): SchemaCache | Promise<SchemaCache>;
  /** The cache in force when it is another than `used`, after asking the database; undefined when nothing moved. */
  newerThan(used: SchemaCache, tenant: ActiveTenant): Promise<SchemaCache | undefined>;
  forget(key: string): void;
}

interface Entry {
  readonly cache: SchemaCache;
  readonly snapshotVersion: number;
  /** undefined when it could not be read: then any question loads again. */
  readonly catalogVersion: string | undefined;
}

interface Failure {
  readonly error: EngineError;
  readonly snapshotVersion: number;
  readonly until: number;
}

export function createSchemaCaches(options: SchemaCachesOptions): SchemaCaches {
  const { observer } = options;
  const entries = new LRUCache<string, Entry>({ max: options.maxTenants ?? 5_000 });
  const failures = new LRUCache<string, Failure>({ max: 1_000 });
  const loads = new Map<string, Promise<Entry>>();
  const questions = createTrailingFlight();
  /** Equal schemas (branches of one project have them) are held once. */
  const byContent = new Map<string, WeakRef<SchemaCache>>();
  const forgotten = new FinalizationRegistry<string>((hash) => {
    if (byContent.get(hash)?.deref() === undefined) byContent.delete(hash);
  });

  const shared = (cache: SchemaCache): SchemaCache => {
    const known = byContent.get(cache.contentHash)?.deref();
    if (known !== undefined) return known;
    byContent.set(cache.contentHash, new WeakRef(cache));
    forgotten.register(cache, cache.contentHash);
    return cache;
  };

  const load = (tenant: ActiveTenant, why: string): Promise<Entry> => {
    const flight = `${tenant.key}\n${tenant.version}`;
    const running = loads.get(flight);
    if (running !== undefined) return running;
    const startedAt = performance.now();
    const started = (async (): Promise<Entry> => {
      try {
        // First the version: what changes in between is then noticed, not missed.
        const catalogVersion = await options.readVersion(tenant).catch(() => undefined);
        const entry = { cache: shared(await options.load(tenant)), snapshotVersion: tenant.version, catalogVersion };
        if ((entries.peek(tenant.key)?.snapshotVersion ?? 0) <= tenant.version) entries.set(tenant.key, entry);
        failures.delete(tenant.key);
        const durationMs = performance.now() - startedAt;
        observer.note({ kind: 'schema-cache-loaded', tenant: tenant.key, durationMs, why });
        return entry;
      } catch (error) {
        const reason = error instanceof Error ? reasonOf(error) : String(error);
        observer.note({ kind: 'schema-cache-failed', tenant: tenant.key, reason });
        const failed = engineError('PGRST002', undefined, error);
        const until = performance.now() + (options.failureTtlMs ?? 1_000);
        failures.set(tenant.key, { error: failed, snapshotVersion: tenant.version, until });
        throw failed;
      } finally {
        loads.delete(flight);
      }
    })();
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
      const entry = entries.get(tenant.key);
      if (entry !== undefined && entry.snapshotVersion >= tenant.version) return entry.cache;
      const failure = recentFailure(tenant);
      if (failure !== undefined) {
        // An older cache of the same data API is better than none (PostgREST does the same).
        if (entry !== undefined) return entry.cache;
        throw failure;
      }
      return load(tenant, entry === undefined ? 'first request' : 'new configuration').then(
        ({ cache }) => cache,
        (error: unknown) => {
          if (entry !== undefined) return entry.cache;
          throw error;
        },
      );
    },
    async newerThan(used, tenant) {
      const current = entries.peek(tenant.key);
      if (current !== undefined && current.cache !== used) return current.cache;
      return questions.run(tenant.key, async () => {
        const entry = entries.peek(tenant.key);
        if (entry !== undefined && entry.cache !== used) return entry.cache;
        try {
          const version = await options.readVersion(tenant).catch(() => undefined);
          if (entry !== undefined && version !== undefined && version === entry.catalogVersion) return undefined;
          const { cache } = await load(tenant, 'schema moved');
          return cache === used ? undefined : cache;
        } catch {
          // The refusal that asked stands.
          return undefined;
        }
      });
    },
    forget(key) {
      entries.delete(key);
      failures.delete(key);
    },
  };
}

/**
 * Coalesces questions about the present: who asks while one is being answered waits for the next, since the answer under
 * way may have been given before what the asker knows of.
 */
function createTrailingFlight() {
  const running = new Map<string, Promise<unknown>>();
  const next = new Map<string, Promise<SchemaCache | undefined>>();
  return {
    run(key: string, work: () => Promise<SchemaCache | undefined>): Promise<SchemaCache | undefined> {
      const waiting = next.get(key);
      if (waiting !== undefined) return waiting;
      const current = running.get(key);
      const start = () => {
        next.delete(key);
        const mine = work();
        const done = mine.finally(() => {
          if (running.get(key) === done) running.delete(key);
        });
        running.set(key, done);
        return mine;
      };
      if (current === undefined) return start();
      const queued = current.then(start, start);
      next.set(key, queued);
      return queued;
    },
  };
}

function reasonOf(error: Error): string {
  const details = error instanceof EngineError && typeof error.details === 'string' ? `: ${error.details}` : '';
  return `${error.message}${details}`;
}
