/**
 * A database in (through the executor), its schema as a plain document out: one packet of catalog queries, then pure work.
 * What one query says may be newer than what another said when DDL runs in between: callers compare the schema's version.
 */
import { engineError } from '../error/engine-error.js';
import type { SqlExecutor, SqlResult, SqlStatement } from '../sql-executor.js';
import {
  assembleComputedRelationship,
  assembleMediaHandler,
  assembleRepresentations,
  assembleRole,
  assembleRoutine,
} from './assemble-routines.js';
import { assembleTables } from './assemble-tables.js';
import { integer, nestedRows, optionalText, text, type CatalogRow } from './catalog-row.js';
import { createSchemaSnapshot, type SchemaSnapshot } from './schema-snapshot.js';
import { columnsSql } from './sql/columns.sql.js';
import { computedRelationshipsSql } from './sql/computed-relationships.sql.js';
import { keysSql } from './sql/keys.sql.js';
import { mediaHandlersSql } from './sql/media-handlers.sql.js';
import { representationsSql } from './sql/representations.sql.js';
import { rolesSql } from './sql/roles.sql.js';
import { routinesSql } from './sql/routines.sql.js';
import { serverSql } from './sql/server.sql.js';
import { tablesSql } from './sql/tables.sql.js';
import { viewsSql } from './sql/views.sql.js';

export interface SchemaOptions {
  /** Exposed schemas, at least one. */
  readonly schemas: readonly string[];
  /** Schemas whose views are looked through, too. Default none. */
  readonly extraSearchPath?: readonly string[];
  /** Settings of roles apply to requests; false spares reading them. Default true. */
  readonly roleSettings?: boolean;
}

/** A big schema takes seconds; a limit that the connecting role has for requests must not stop it. */
const STATEMENT_TIMEOUT_MS = 60_000;

/**
 * An empty path makes PostgreSQL print every name with its schema. Just-in-time compilation only delays catalog queries, and
 * so do plans that are thought about and not taken: on a cold connection planning is a third of the time.
 */
const settingsSql = `
select set_config('search_path', '', true), set_config('transaction_read_only', 'on', true), set_config('jit', 'off', true),
  set_config('enable_mergejoin', 'off', true), set_config('enable_memoize', 'off', true),
  set_config('statement_timeout', '${STATEMENT_TIMEOUT_MS}', true)`;

/** In the order in which they are sent. */
const queries = {
  server: serverSql,
  tables: tablesSql,
  columns: columnsSql,
  keys: keysSql,
  views: viewsSql,
  routines: routinesSql,
  computedRelationships: computedRelationshipsSql,
  representations: representationsSql,
  mediaHandlers: mediaHandlersSql,
  roles: rolesSql,
};

type Rows = Readonly<Record<keyof typeof queries, readonly CatalogRow[]>>;

/**
 * @throws PGRST002 when an exposed schema does not exist, SqlError when a query failed, and what the executor throws.
 */
export async function readSchemaSnapshot(
  executor: SqlExecutor,
  options: SchemaOptions,
  signal?: AbortSignal,
): Promise<SchemaSnapshot> {
  const schemas = JSON.stringify(options.schemas);
  const extraSearchPath = JSON.stringify(options.extraSearchPath ?? []);
  const wantsSettings = String(options.roleSettings ?? true);
  const values: Partial<Record<string, readonly string[]>> = {
    keys: [schemas, extraSearchPath],
    views: [schemas, extraSearchPath],
    representations: [],
    roles: [wantsSettings],
  };
  const statements = [
    statement(settingsSql),
    ...Object.entries(queries).map(([name, sql]) => statement(sql, ...(values[name] ?? [schemas]))),
  ];
  const [, ...results] = await executor.submit({ statements, repeatable: true }, signal);
  return snapshotOf(rowsByName(results), options);
}

/** Unnamed: they come once per connection at most. */
function statement(sql: string, ...values: readonly string[]): SqlStatement {
  return { text: sql, values, prepare: false };
}

function rowsByName(results: readonly SqlResult[]): Rows {
  const rows = (name: keyof Rows): readonly CatalogRow[] => results[Object.keys(queries).indexOf(name)]?.rows ?? [];
  return {
    server: rows('server'),
    tables: rows('tables'),
    columns: rows('columns'),
    keys: rows('keys'),
    views: rows('views'),
    routines: rows('routines'),
    computedRelationships: rows('computedRelationships'),
    representations: rows('representations'),
    mediaHandlers: rows('mediaHandlers'),
    roles: rows('roles'),
  };
}

function snapshotOf(rows: Rows, options: SchemaOptions): SchemaSnapshot {
  const server = rows.server[0] ?? [];
  const schemas = nestedRows(server, 1).map((row) => ({ name: text(row, 0), description: optionalText(row, 1) }));
  if (options.schemas.some((name) => !schemas.some((schema) => schema.name === name))) throw engineError('PGRST002');

  const { tables, foreignKeys, indexes } = assembleTables(rows);
  const tableOf = (oid: string) => tables[indexes.get(oid) ?? -1];
  return createSchemaSnapshot({
    serverVersion: integer(server, 0),
    schemas,
    tables,
    foreignKeys,
    computedRelationships: rows.computedRelationships.map((row) => assembleComputedRelationship(row, tableOf)),
    routines: rows.routines.map(assembleRoutine),
    representations: assembleRepresentations(rows.representations),
    mediaHandlers: rows.mediaHandlers.map(assembleMediaHandler),
    roles: rows.roles.map(assembleRole),
  });
}
