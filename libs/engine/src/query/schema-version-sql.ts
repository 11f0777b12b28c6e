/**
 * The version of a database's schema, where provisioning could install the trigger that counts changes: a cache's version
 * in, an expression that raises when the schema has moved out.
 */
import { sql, type SqlFragment } from './sql.js';

/** One text that differs after every change of the schema. 42P01 where there is no such trigger. */
export const schemaVersionQuery =
  "select pg_catalog.bit_xor(r) || ':' || pg_catalog.sum(n) as version from perch.schema_bump";

/** Null while the schema is what it was. */
export function requireSchemaVersion(version: SqlFragment): SqlFragment {
  return sql`(select ('PERCH_SCHEMA_MOVED ' || pg_catalog.pg_backend_pid())::int from perch.schema_bump having pg_catalog.bit_xor(r) || ':' || pg_catalog.sum(n) is distinct from ${version})`;
}

/** Whether an error's message tells that the schema moved. */
export function tellsSchemaMoved(message: string): boolean {
  return message.includes('"PERCH_SCHEMA_MOVED ');
}
