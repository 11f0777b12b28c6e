/**
 * Walks the steps that rest on the schema, and again when it turns out that the schema moved (product promise 4, decision
 * 4). Either nothing ran before, or PostgreSQL undid it as a whole.
 */
import { EngineError, SchemaMovedError } from '@perch/engine';
import type { ActiveTenant } from './active-tenant.js';
import type { Exchange } from './exchange.js';
import type { SchemaCaches } from './schema-caches.js';
import type { KnownSchema } from './schema-memory.js';

/** A schema that moves this often while one request waits is being migrated: the request may come back later. */
const maxMoves = 5;

/** Refusals that rest on what was known of the schema. */
const refusals: ReadonlySet<string> = new Set([
  // By our own cache: nothing was sent.
  'PGRST200',
  'PGRST202',
  'PGRST204',
  'PGRST205',
  // By PostgreSQL, to SQL made from a schema that was too old.
  '42P01',
  '42703',
  '42883',
  '0A000',
]);

/** @throws what `walk` throws; EngineError PGRST002 when the schema cannot be read again */
export async function withSchemaInForce<T>(
  schema: KnownSchema,
  { method, timings }: Exchange,
  tenant: ActiveTenant,
  schemaCaches: SchemaCaches,
  walk: (schema: KnownSchema) => Promise<T>,
): Promise<T> {
  let current = schema;
  for (let moves = 0; ; moves += 1) {
    try {
      return await walk(current);
    } catch (error) {
      timings.fail(error);
      if (error instanceof SchemaMovedError && moves < maxMoves) {
        current = await schemaCaches.afterMove(current, tenant);
        continue;
      }
      // OPTIONS never touches a connection (decision 4), so its refusals stand.
      if (method === 'OPTIONS' || moves > 0 || !(error instanceof EngineError) || !refusals.has(error.code))
        throw error;
      const moved = await schemaCaches.ifMoved(current, tenant);
      if (moved === undefined) throw error;
      current = moved;
    }
  }
}
