/**
 * What each tenant's database looks like: a tenant in, its schema out, from memory, from a copy on disk that still holds,
 * or from the database. Loads are single flight; a new snapshot version loads again, and so does a request that found
 * the schema moved; a refusal that rests on a schema asks first (decision 4).
 */
import { LRUCache } from 'lru-cache';
import { EngineError, engineError } from '@perch/engine';
import type { Observer } from '@perch/observability';
import { CertificateRefusedError } from '@perch/postgres';
import type { ActiveTenant } from './active-tenant.js';
import type { SchemaCopies } from './schema-copies.js';
import { SchemaMemory, type KnownSchema, type SchemaMemoryOptions } from './schema-memory.js';
import { createSchemaReader, type SchemaDatabase, type SchemaReading } from './schema-reader.js';
import type { SchemaVersion } from './schema-version.js';
import { createTrailingFlight } from './trailing-flight.js';

export interface SchemaCachesOptions extends SchemaMemoryOptions {
  readonly database: SchemaDatabase;
  readonly observer: Observer;
  /** undefined: every first request reads the database. */
  readonly copies?: SchemaCopies | undefined;
  /** Told whenever the schema of a tenant has been read. */
  readonly onKept?: (tenant: ActiveTenant) => void;
  /** Milliseconds in which a failed load is not tried again. Default 500: a database that is back is served within a second. */
  readonly failureTtlMs?: number;
  /** Milliseconds after which a copy from disk is compared with all of the catalogs, once. Default 1,000. */
  readonly recheckDelayMs?: number;
}

export interface SchemaCaches {
  /** @throws EngineError PGRST002 when there is none and none can be loaded */
  get(tenant: ActiveTenant): KnownSchema | Promise<KnownSchema>;
  /** For a refusal that rests on `used`: another schema if there is one, after asking the database; else undefined. */
  ifMoved(used: KnownSchema, tenant: ActiveTenant): Promise<KnownSchema | undefined>;
  /** For a request that found `used` out of date. @throws EngineError PGRST002 when it cannot be loaded again */
  afterMove(used: KnownSchema, tenant: ActiveTenant): Promise<KnownSchema>;
  /** For who knows that it moved: reads it again, and once more when asked meanwhile. Never throws. */
  reload(tenant: ActiveTenant): Promise<void>;
  /** For who may have missed that it moved: asks the database. Never throws. */
  recheck(tenant: ActiveTenant): Promise<void>;
  /** Whether there is a schema of this tenant in memory. */
  holds(key: string): boolean;
  forget(key: string): void;
  /** Nothing is read by itself any more. Resolves when everything begun on disk is done. */
  stop(): Promise<void>;
}

interface Failure {
  readonly error: EngineError;
  readonly snapshotVersion: number;
  readonly until: number;
}

export function createSchemaCaches(options: SchemaCachesOptions): SchemaCaches {
  const { observer, database, copies } = options;
  const memory = new SchemaMemory(options);
  const failures = new LRUCache<string, Failure>({ max: 1_000 });
  const loads = new Map<string, Promise<KnownSchema>>();
  const questions = createTrailingFlight<KnownSchema | undefined>();
  const reloads = createTrailingFlight<void>();
  /** Loads under way of tenants that are gone. */
  const forgotten = new Set<string>();

  let stopped = false;
  const reader = createSchemaReader({ database, copies, observer, sharedBy: (hash) => memory.sharedBy(hash) });

  const keep = (tenant: ActiveTenant, { schema, characters }: SchemaReading) => {
    if (forgotten.has(flightOf(tenant))) return;
    if ((memory.peek(tenant.key)?.snapshotVersion ?? 0) <= tenant.version) {
      memory.set(tenant.key, schema, characters);
      options.onKept?.(tenant);
    }
    failures.delete(tenant.key);
  };

  const readNow = async (tenant: ActiveTenant, why: string): Promise<KnownSchema> => {
    const { key, version: snapshotVersion } = tenant;
    const startedAt = performance.now();
    try {
      const reading = await reader.fromDatabase(tenant);
      keep(tenant, reading);
      const durationMs = performance.now() - startedAt;
      observer.note({ kind: 'schema-cache-loaded', tenant: key, from: 'database', durationMs, why });
      return reading.schema;
    } catch (error) {
      observer.note({ kind: 'schema-cache-failed', tenant: key, reason: reasonOf(error) });
      const failed = isOfCertificate(error) ? error : engineError('PGRST002', undefined, error);
      const until = performance.now() + (options.failureTtlMs ?? 500);
      failures.set(key, { error: failed, snapshotVersion, until });
      throw failed;
    }
  };
  const inFlight = (tenant: ActiveTenant, work: () => Promise<KnownSchema>): Promise<KnownSchema> => {
    const flight = flightOf(tenant);
    const running = loads.get(flight);
    if (running !== undefined) return running;
    const started = work().finally(() => {
      loads.delete(flight);
      // It has written a copy behind the removal of those before.
      if (forgotten.delete(flight)) void copies?.remove(tenant.key);
    });
    loads.set(flight, started);
    return started;
  };
  const load = (tenant: ActiveTenant, why: string) => inFlight(tenant, () => readNow(tenant, why));

  /** What the triggers cannot see may have changed while this process was not there; no request waits for the answer. */
  const recheckLater = (tenant: ActiveTenant, adopted: KnownSchema, catalog: string) => {
    setTimeout(() => {
      if (stopped || memory.peek(tenant.key) !== adopted) return;
      database
        .readCatalogVersion(tenant)
        .then((now) => (now === catalog ? undefined : load(tenant, 'changed while the process was away')))
        .catch(() => undefined);
    }, options.recheckDelayMs ?? 1_000).unref();
  };

  const firstLoad = async (tenant: ActiveTenant): Promise<KnownSchema> => {
    const startedAt = performance.now();
    const reading = await reader.fromCopy(tenant).catch(() => undefined);
    if (reading === undefined) return readNow(tenant, 'first request');
    const { schema, catalog } = reading;
    keep(tenant, reading);
    if (schema.version?.kind === 'counted') recheckLater(tenant, schema, catalog);
    const durationMs = performance.now() - startedAt;
    observer.note({ kind: 'schema-cache-loaded', tenant: tenant.key, from: 'disk', durationMs, why: 'first request' });
    return schema;
  };

  const recentFailure = (tenant: ActiveTenant): EngineError | undefined => {
    const failure = failures.get(tenant.key);
    if (failure === undefined || failure.snapshotVersion !== tenant.version) return undefined;
    return performance.now() < failure.until ? failure.error : undefined;
  };

  const ifMoved: SchemaCaches['ifMoved'] = async (used, tenant) => {
    const current = memory.peek(tenant.key);
    if (current !== undefined && current.cache !== used.cache) return current;
    return questions.run(tenant.key, async () => {
      const latest = memory.peek(tenant.key) ?? used;
      if (latest.cache !== used.cache) return latest;
      try {
        const version = await database.readVersion(tenant).catch(() => undefined);
        if (version !== undefined && isSame(version, latest.version)) return undefined;
        const schema = await load(tenant, 'schema moved');
        return schema.cache === used.cache ? undefined : schema;
      } catch {
        // The refusal that asked stands.
        return undefined;
      }
    });
  };

  const reload = (tenant: ActiveTenant): Promise<void> =>
    reloads.run(tenant.key, async () => {
      // What is being read may have been read before the change.
      await loads.get(flightOf(tenant))?.catch(() => undefined);
      await load(tenant, 'told to').catch(() => undefined);
    });

  return {
    get(tenant) {
      const schema = memory.get(tenant.key);
      if (schema !== undefined && schema.snapshotVersion >= tenant.version) return schema;
      const failure = recentFailure(tenant);
      // An older schema of the same data API is better than none (PostgREST does the same).
      if (failure !== undefined && schema !== undefined) return schema;
      if (failure !== undefined) throw failure;
      if (schema === undefined) return inFlight(tenant, () => firstLoad(tenant));
      return load(tenant, 'new configuration').catch(() => schema);
    },
    ifMoved,
    async afterMove(used, tenant) {
      const current = memory.peek(tenant.key);
      return current !== undefined && current !== used ? current : load(tenant, 'schema moved');
    },
    reload,
    async recheck(tenant) {
      const current = memory.peek(tenant.key);
      if (current === undefined) return;
      // Its configuration has no version.
      if (tenant.snapshot.settings.db_config) await reload(tenant);
      else await ifMoved(current, tenant);
    },
    holds: (key) => memory.peek(key) !== undefined,
    forget(key) {
      for (const flight of loads.keys()) if (flight.startsWith(flightPrefix(key))) forgotten.add(flight);
      memory.delete(key);
      failures.delete(key);
      void copies?.remove(key);
    },
    async stop() {
      stopped = true;
      await copies?.settled();
    },
  };
}

function flightOf({ key, version }: ActiveTenant): string {
  return `${flightPrefix(key)}${version}`;
}

function flightPrefix(key: string): string {
  return `${key}\n`;
}

function isSame(a: SchemaVersion, b: SchemaVersion | undefined): boolean {
  return a.kind === b?.kind && a.text === b.text;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details = error instanceof EngineError && typeof error.details === 'string' ? `: ${error.details}` : '';
  return `${error.message}${details}`;
}

/** Its text says what to do, which no further try does by itself. */
function isOfCertificate(error: unknown): error is EngineError {
  return error instanceof EngineError && error.cause instanceof CertificateRefusedError;
}
