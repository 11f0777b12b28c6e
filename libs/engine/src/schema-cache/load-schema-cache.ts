/** A database in, its schema cache out: for callers that keep no snapshot beside it. */
import { inTurns } from '../slices.js';
import type { SqlExecutor } from '../sql-executor.js';
import { schemaCacheSlices } from './create-schema-cache.js';
import { readSchemaSnapshot, type SchemaOptions } from './read-schema-snapshot.js';
import type { SchemaCache } from './schema-cache.js';

/** @throws PGRST002 when an exposed schema does not exist, SqlError when a query failed, and what the executor throws. */
export async function loadSchemaCache(
  executor: SqlExecutor,
  options: SchemaOptions,
  signal?: AbortSignal,
): Promise<SchemaCache> {
  return inTurns(schemaCacheSlices(await readSchemaSnapshot(executor, options, signal)));
}
