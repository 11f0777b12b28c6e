/** What the schema caches ask of a tenant's database, over its executor. */
import { readSchemaSnapshot } from '@perch/engine';
import type { TenantExecutors } from '@perch/postgres';
import type { SchemaDatabase } from './schema-caches.js';
import { readCatalogVersion, readSchemaState, readSchemaVersion } from './schema-version.js';

export function schemaDatabase(executors: TenantExecutors): SchemaDatabase {
  return {
    readSchema: ({ connection, api }) => readSchemaSnapshot(executors.for(connection), api),
    readVersion: ({ connection }) => readSchemaVersion(executors.for(connection)),
    readState: ({ connection }) => readSchemaState(executors.for(connection)),
    readCatalogVersion: ({ connection }) => readCatalogVersion(executors.for(connection)),
  };
}
