/**
 * Which state a database's schema is in, as one text that differs when the schema does: counted by provisioning's event
 * triggers where they are, else summed up from the catalogs.
 */
import { schemaVersionQuery, type SqlExecutor, type SqlResult, type SqlStatement } from '@perch/engine';
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

/**
 * The counted version, null where changes are not counted: a table without its triggers would stand still for ever, so all
 * three have to be there. By way of text, because a query that names a table is no query where there is none.
 */
const countedVersionSql = `
select case when to_regclass('perch.schema_bump') is not null and count(*) = 2 then substring(
  query_to_xml($query$${schemaVersionQuery}$query$, true, false, '')::text from '<version>(.*)</version>') end
from pg_catalog.pg_event_trigger
where evtname in ('perch_schema_ddl', 'perch_schema_drop') and evtenabled = 'A'`;

/** @throws what the executor throws */
export async function readSchemaVersion(executor: SqlExecutor): Promise<SchemaVersion> {
  const [counted] = await readTexts(executor, countedVersionSql);
  if (counted !== undefined) return { kind: 'counted', text: counted };
  return { kind: 'catalog', text: await readCatalogVersion(executor) };
}

/** Results in the order of these are what `schemaStateOf` takes. */
export const schemaStateStatements: readonly SqlStatement[] = statements(countedVersionSql, catalogVersionSql);

export function schemaStateOf(results: readonly SqlResult[]): SchemaState {
  const [counted, catalog = ''] = results.map(firstField);
  return {
    version: counted === undefined ? { kind: 'catalog', text: catalog } : { kind: 'counted', text: counted },
    catalog,
  };
}

/** @throws what the executor throws */
export async function readSchemaState(executor: SqlExecutor): Promise<SchemaState> {
  return schemaStateOf(await executor.submit({ statements: schemaStateStatements, repeatable: true }));
}

/** @throws what the executor throws */
export async function readCatalogVersion(executor: SqlExecutor): Promise<string> {
  const [catalog = ''] = await readTexts(executor, catalogVersionSql);
  return catalog;
}

/** The first field of each query, in one trip. */
async function readTexts(
  executor: SqlExecutor,
  ...queries: readonly string[]
): Promise<readonly (string | undefined)[]> {
  return (await executor.submit({ statements: statements(...queries), repeatable: true })).map(firstField);
}

function statements(...queries: readonly string[]): readonly SqlStatement[] {
  return queries.map((text) => ({ text, values: [] }));
}

function firstField({ rows }: SqlResult): string | undefined {
  return rows[0]?.[0] ?? undefined;
}
