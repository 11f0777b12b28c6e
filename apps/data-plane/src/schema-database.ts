/** What the schema caches ask of a tenant's database, over its executor. */
import { readDatabaseSettings, readSchemaBehind, readSchemaSnapshot, SqlError, type SqlExecutor } from '@perch/engine';
import type { TenantExecutors } from '@perch/postgres';
import type { ActiveTenant } from './active-tenant.js';
import { RequestSignal } from './request-signal.js';
import type { SchemaDatabase, SchemaWithState } from './schema-reader.js';
import {
  readCatalogVersion,
  readSchemaState,
  readSchemaVersion,
  schemaStateOf,
  schemaStateStatements,
} from './schema-version.js';

/** Milliseconds until an answer is not waited for any more: a server that is gone without a word never gives one. */
export interface SchemaDeadlines {
  /** For what may be big. Above what the server itself allows a statement of it. */
  readonly readingMs: number;
  /** For a question that requests wait for. */
  readonly questionMs: number;
}

const usualDeadlines: SchemaDeadlines = { readingMs: 120_000, questionMs: 30_000 };

export function schemaDatabase(
  executors: TenantExecutors,
  { readingMs, questionMs }: SchemaDeadlines = usualDeadlines,
): SchemaDatabase {
  const within = (deadlineMs: number, { connection }: ActiveTenant): SqlExecutor => ({
    async submit(packet) {
      const signal = new RequestSignal();
      const abort = () => signal.abort(new DOMException('the database did not answer in time', 'TimeoutError'));
      const deadline = setTimeout(abort, deadlineMs).unref();
      // AbortSignal.timeout would keep its timer for as long as the deadline: refused requests ask thousands of times a second.
      return executors
        .for(connection)
        .submit(packet, signal)
        .finally(() => clearTimeout(deadline));
    },
  });
  return {
    readSchema: (tenant) => readSchemaSnapshot(within(readingMs, tenant), tenant.api),
    readSchemaWithState: (tenant) => readSchemaWithState(within(readingMs, tenant), tenant),
    readVersion: (tenant) => readSchemaVersion(within(questionMs, tenant)),
    readState: (tenant) => readSchemaState(within(questionMs, tenant)),
    readSettings: (tenant, options) => readDatabaseSettings(within(questionMs, tenant), options),
    readCatalogVersion: (tenant) => readCatalogVersion(within(questionMs, tenant)),
  };
}

async function readSchemaWithState(executor: SqlExecutor, { api }: ActiveTenant): Promise<SchemaWithState> {
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
