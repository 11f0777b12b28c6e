/**
 * Whether a copy of a schema on disk may be served: a tenant in, its copy out when it is of this configuration and the
 * database is still in the state that it was read at.
 */
import type { ActiveTenant } from './active-tenant.js';
import type { SchemaCopies, SchemaCopy } from './schema-copies.js';
import type { SchemaDatabase } from './schema-caches.js';

/** undefined when it has to be read from the database. Never throws. */
export async function readSchemaCopy(
  tenant: ActiveTenant,
  copies: SchemaCopies | undefined,
  database: Pick<SchemaDatabase, 'readState'>,
): Promise<SchemaCopy | undefined> {
  const copy = await copies?.read(tenant);
  if (copy === undefined || copy.snapshotVersion < tenant.version || !isEqual(copy.schemas, tenant.api.schemas)) {
    return undefined;
  }
  // The request's own packet compares a counted version, before anything runs.
  if (copy.version.kind === 'counted') return copy;
  const state = await database.readState(tenant).catch(() => undefined);
  return state?.version.kind === 'catalog' && state.version.text === copy.version.text ? copy : undefined;
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
