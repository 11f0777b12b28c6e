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

/** A table without its triggers would stand still for ever, so all three have to be there. */
const isCountedSql = `
select to_regclass('perch.schema_bump') is not null and count(*) = 2 from pg_catalog.pg_event_trigger
 where evtname in ('perch_schema_ddl', 'perch_schema_drop') and evtenabled = 'A'`;

/** @throws what the executor throws */
export async function readSchemaVersion(executor: SqlExecutor): Promise<SchemaVersion> {
  const isCounted = (await readText(executor, isCountedSql)) === 't';
  if (!isCounted) return { kind: 'catalog', text: (await readText(executor, catalogVersionSql)) ?? '' };
  return { kind: 'counted', text: (await readText(executor, schemaVersionQuery)) ?? '' };
}

async function readText(executor: SqlExecutor, text: string): Promise<string | undefined> {
  const [result] = await executor.submit({ statements: [{ text, values: [] }] });
  return result?.rows[0]?.[0] ?? undefined;
}
