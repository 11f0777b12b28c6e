/** What the schema caches ask of a tenant's database, over its executor. */
import { readDatabaseSettings, readSchemaBehind, readSchemaSnapshot, SqlError } from '@perch/engine';
import type { TenantExecutors } from '@perch/postgres';
import type { ActiveTenant } from './active-tenant.js';
import type { SchemaDatabase, SchemaWithState } from './schema-reader.js';
import {
  readCatalogVersion,
  readSchemaState,
  readSchemaVersion,
  schemaStateOf,
  schemaStateStatements,
} from './schema-version.js';

export function schemaDatabase(executors: TenantExecutors): SchemaDatabase {
  return {
    readSchema: ({ connection, api }) => readSchemaSnapshot(executors.for(connection), api),
    readSchemaWithState: (tenant) => readSchemaWithState(executors, tenant),
    readVersion: ({ connection }) => readSchemaVersion(executors.for(connection)),
    readState: ({ connection }) => readSchemaState(executors.for(connection)),
    readSettings: ({ connection }, options) => readDatabaseSettings(executors.for(connection), options),
    readCatalogVersion: ({ connection }) => readCatalogVersion(executors.for(connection)),
  };
}

async function readSchemaWithState(
  executors: TenantExecutors,
  { connection, api }: ActiveTenant,
): Promise<SchemaWithState> {
  const executor = executors.for(connection);
  try {
    // First the state: what changes in between is then noticed, not missed.
    const { snapshot, results } = await readSchemaBehind(executor, schemaStateStatements, api);
    return { snapshot, state: schemaStateOf(results) };
  } catch (error) {
    if (!isOfState(error)) throw error;
    return { snapshot: await readSchemaSnapshot(executor, api), state: undefined };
  }
}

/** A database whose state cannot be told has a schema all the same. */
function isOfState(error: unknown): boolean {
  if (!(error instanceof SqlError)) return false;
  return error.statementIndex > 0 && error.statementIndex <= schemaStateStatements.length;
}
