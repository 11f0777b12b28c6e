/**
 * Reads one tenant's schema and what its database says of its configuration, from the database or from a copy on disk. It
 * keeps nothing; when to read is not its business.
 */
import {
  databaseSettingNames,
  inTurns,
  schemaCacheSlices,
  snapshotTextSlices,
  SqlError,
  withDatabaseSettings,
  type DatabaseSettingsOptions,
  type SchemaCache,
  type SchemaSnapshot,
} from '@perch/engine';
import type { Observer } from '@perch/observability';
import type { ActiveTenant } from './active-tenant.js';
import { createDatabaseConfig, noDatabaseConfig, type DatabaseConfig } from './database-config.js';
import type { SchemaCopies, SchemaCopy } from './schema-copies.js';
import type { KnownSchema } from './schema-memory.js';
import type { SchemaState, SchemaVersion } from './schema-version.js';

/** What is asked of a tenant's database. Each throws what the executor throws. */
export interface SchemaDatabase {
  readSchema(tenant: ActiveTenant): Promise<SchemaSnapshot>;
  /** In one trip: the state is that of before the schema was read. */
  readSchemaWithState(tenant: ActiveTenant): Promise<SchemaWithState>;
  readVersion(tenant: ActiveTenant): Promise<SchemaVersion>;
  readState(tenant: ActiveTenant): Promise<SchemaState>;
  readCatalogVersion(tenant: ActiveTenant): Promise<string>;
  readSettings(tenant: ActiveTenant, options: DatabaseSettingsOptions): Promise<ReadonlyMap<string, string>>;
}

export interface SchemaWithState {
  readonly snapshot: SchemaSnapshot;
  /** undefined when the database cannot tell. */
  readonly state: SchemaState | undefined;
}

export interface SchemaReading {
  readonly schema: KnownSchema;
  /** Length of the schema's document; 0 where it is shared with somebody. */
  readonly characters: number;
}

export interface SchemaReader {
  /** @throws what the database and the engine throw */
  fromDatabase(tenant: ActiveTenant): Promise<SchemaReading>;
  /**
   * undefined when there is no copy of this configuration, or the database has moved on.
   * @throws what the database throws when it is asked
   */
  fromCopy(tenant: ActiveTenant): Promise<(SchemaReading & { readonly catalog: string }) | undefined>;
}

export interface SchemaReaderOptions {
  readonly database: SchemaDatabase;
  readonly copies: SchemaCopies | undefined;
  readonly observer: Observer;
  /** The schema of this content, when somebody has it already. */
  readonly sharedBy: (contentHash: string) => SchemaCache | undefined;
}

export function createSchemaReader({ database, copies, observer, sharedBy }: SchemaReaderOptions): SchemaReader {
  const warn = (tenant: ActiveTenant, text: string, fields: Readonly<Record<string, unknown>>) =>
    observer.note({ kind: 'message', level: 'warn', text, fields: { tenant: tenant.key, ...fields } });

  const readConfig = async (tenant: ActiveTenant): Promise<DatabaseConfig> => {
    const { db_config: hasSay, db_pre_config: preConfig } = tenant.snapshot.settings;
    if (!hasSay) return noDatabaseConfig;
    try {
      const options = { preConfig: preConfig ?? undefined, names: databaseSettingNames };
      const settings = await database.readSettings(tenant, options);
      const { invalid } = withDatabaseSettings(tenant.api, settings);
      if (invalid.length > 0) warn(tenant, 'the database sets what cannot be', { settings: invalid });
      return createDatabaseConfig(settings);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      warn(tenant, 'the configuration in the database cannot be read', { reason: error.message });
      return noDatabaseConfig;
    }
  };

  const readAll = async (tenant: ActiveTenant) => {
    if (!tenant.snapshot.settings.db_config) {
      const read = await database.readSchemaWithState(tenant);
      return { ...read, config: noDatabaseConfig, configured: tenant };
    }
    // First the state: what changes in between is then noticed, not missed. The configuration says what is exposed.
    const state = await database.readState(tenant).catch(() => undefined);
    const config = await readConfig(tenant);
    const configured = config.applyTo(tenant);
    return { snapshot: await database.readSchema(configured), state, config, configured };
  };

  return {
    async fromDatabase(tenant) {
      const { config, configured, snapshot, state } = await readAll(tenant);
      const { contentHash } = snapshot;
      const text = await inTurns(snapshotTextSlices(snapshot));
      if (state !== undefined) {
        const { schemas, extraSearchPath } = configured.api;
        void copies?.write(tenant, { ...state, schemas, extraSearchPath, contentHash, text });
      }
      const cache = sharedBy(contentHash) ?? (await inTurns(schemaCacheSlices(snapshot)));
      const schema = { cache, version: state?.version, snapshotVersion: tenant.version, config };
      return { schema, characters: text.length };
    },
    async fromCopy(tenant) {
      const copy = await copies?.read(tenant);
      if (copy === undefined || copy.snapshotVersion < tenant.version) return undefined;
      const config = await readConfig(tenant);
      const { schemas, extraSearchPath } = config.applyTo(tenant).api;
      if (!isEqual(copy.schemas, schemas) || !isEqual(copy.extraSearchPath, extraSearchPath)) return undefined;
      if (!(await holds(copy, tenant, database))) return undefined;
      const shared = sharedBy(copy.contentHash);
      const document = shared === undefined ? await copy.document() : undefined;
      const cache = shared ?? (document && (await inTurns(schemaCacheSlices(document.snapshot))));
      if (cache === undefined) return undefined;
      const schema = { cache, version: copy.version, snapshotVersion: tenant.version, config };
      return { schema, characters: document?.characters ?? 0, catalog: copy.catalog };
    },
  };
}

/** A counted version is compared in the request's own packet, before anything runs. */
async function holds({ version }: SchemaCopy, tenant: ActiveTenant, database: SchemaDatabase): Promise<boolean> {
  if (version.kind === 'counted') return true;
  const now = await database.readState(tenant);
  return now.version.kind === 'catalog' && now.version.text === version.text;
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
