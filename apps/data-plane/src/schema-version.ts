/**
 * Which state a database's schema is in, as one text that differs when the schema does: counted by provisioning's event
 * triggers where they are, else summed up from the catalogs.
 */
import { schemaVersionQuery, type SqlExecutor } from '@perch/engine';
import { catalogVersionSql } from './catalog-version.sql.js';

export interface SchemaVersion {
  /** Only a counted version can be compared within a request's own packet. */
  readonly kind: 'counted' | 'catalog';
  readonly text: string;
}

export interface SchemaState {
  readonly version: SchemaVersion;
  /** The sum of the catalogs in any case: it differs also by what the triggers cannot see, roles above all. */
  readonly catalog: string;
}

/** A table without its triggers would stand still for ever, so all three have to be there. */
const isCountedSql = `
select to_regclass('perch.schema_bump') is not null and count(*) = 2 from pg_catalog.pg_event_trigger
 where evtname in ('perch_schema_ddl', 'perch_schema_drop') and evtenabled = 'A'`;

/** @throws what the executor throws */
export async function readSchemaVersion(executor: SqlExecutor): Promise<SchemaVersion> {
  const [isCounted] = await readTexts(executor, isCountedSql);
  if (isCounted === 't') return countedVersion(executor);
  const [catalog] = await readTexts(executor, catalogVersionSql);
  return { kind: 'catalog', text: catalog ?? '' };
}

/** @throws what the executor throws */
export async function readSchemaState(executor: SqlExecutor): Promise<SchemaState> {
  const [isCounted, catalog = ''] = await readTexts(executor, isCountedSql, catalogVersionSql);
  const version: SchemaVersion =
    isCounted === 't' ? await countedVersion(executor) : { kind: 'catalog', text: catalog };
  return { version, catalog };
}

/** @throws what the executor throws */
export async function readCatalogVersion(executor: SqlExecutor): Promise<string> {
  const [catalog = ''] = await readTexts(executor, catalogVersionSql);
  return catalog;
}

async function countedVersion(executor: SqlExecutor): Promise<SchemaVersion> {
  const [text = ''] = await readTexts(executor, schemaVersionQuery);
  return { kind: 'counted', text };
}

/** The first field of each query, in one trip. */
async function readTexts(
  executor: SqlExecutor,
  ...queries: readonly string[]
): Promise<readonly (string | undefined)[]> {
  const statements = queries.map((text) => ({ text, values: [] }));
  const results = await executor.submit({ statements, repeatable: true });
  return results.map(({ rows }) => rows[0]?.[0] ?? undefined);
}
