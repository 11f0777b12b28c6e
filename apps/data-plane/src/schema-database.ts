/** What the schema caches ask of a tenant's database, over its executor. */
import { readDatabaseSettings, readSchemaSnapshot } from '@perch/engine';
import type { TenantExecutors } from '@perch/postgres';
import type { SchemaDatabase } from './schema-reader.js';
import { readCatalogVersion, readSchemaState, readSchemaVersion } from './schema-version.js';

export function schemaDatabase(executors: TenantExecutors): SchemaDatabase {
  return {
    readSchema: ({ connection, api }) => readSchemaSnapshot(executors.for(connection), api),
    readVersion: ({ connection }) => readSchemaVersion(executors.for(connection)),
    readState: ({ connection }) => readSchemaState(executors.for(connection)),
    readSettings: ({ connection }, options) => readDatabaseSettings(executors.for(connection), options),
    readCatalogVersion: ({ connection }) => readCatalogVersion(executors.for(connection)),
  };
}
