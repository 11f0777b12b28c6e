/** What is exposed in, the catalog queries as statements of one packet out; and their results in, rows by query out. */
import type { SqlError, SqlResult, SqlStatement } from '../sql-executor.js';
import type { CatalogRow } from './catalog-row.js';
import { columnsSql, relationCommentsSql } from './sql/columns.sql.js';
import { functionsSql } from './sql/functions.sql.js';
import { keysSql } from './sql/keys.sql.js';
import { namespacesSql } from './sql/namespaces.sql.js';
import { relationsBesideDeadWrappersSql, relationsSql } from './sql/relations.sql.js';
import { membershipsSql, rolesSql } from './sql/roles.sql.js';
import { relationsScopeSql, schemasScopeSql, seenThroughScopeSql } from './sql/scope.sql.js';
import { castsSql, enumLabelsSql, typesSql } from './sql/types.sql.js';
import { viewsSql } from './sql/views.sql.js';

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

/** Comes before every catalog query of a packet. */
export const catalogSettings: SqlStatement = catalogStatement(settingsSql);

/** In the order in which they are sent. */
const queries = {
  namespaces: namespacesSql,
  relations: relationsSql,
  columns: columnsSql,
  relationComments: relationCommentsSql,
  types: typesSql,
  enumLabels: enumLabelsSql,
  keys: keysSql,
  views: viewsSql,
  functions: functionsSql,
  casts: castsSql,
  roles: rolesSql,
  memberships: membershipsSql,
};

export type CatalogRows = Readonly<Record<keyof typeof queries, readonly CatalogRow[]>>;

/** Unnamed: it comes once per connection at most. */
export function catalogStatement(sql: string, ...values: readonly string[]): SqlStatement {
  return { text: sql, values, prepare: false };
}

/** The same statements for a database where that for relations fails, because a foreign-data wrapper has no handler. */
export function besideDeadWrappers(statements: readonly SqlStatement[]): readonly SqlStatement[] {
  return statements.map((one) => (one.text === relationsSql ? catalogStatement(relationsBesideDeadWrappersSql) : one));
}

/** Whether that is why one of them failed. */
export function isOfDeadWrapper({ fields, statementIndex }: SqlError, statements: readonly SqlStatement[]): boolean {
  return fields.code === '55000' && statements[statementIndex]?.text === relationsSql;
}

export function catalogStatements(
  schemas: readonly string[],
  extraSearchPath: readonly string[],
): readonly SqlStatement[] {
  return [
    catalogStatement(schemasScopeSql, JSON.stringify(schemas), JSON.stringify(extraSearchPath)),
    catalogStatement(relationsScopeSql),
    catalogStatement(seenThroughScopeSql),
    ...Object.values(queries).map((sql) => catalogStatement(sql)),
  ];
}

/** @param results of exactly `catalogStatements`. */
export function catalogRows(results: readonly SqlResult[]): CatalogRows {
  const names = Object.keys(queries);
  const rows = (name: keyof CatalogRows): readonly CatalogRow[] =>
    results[results.length - names.length + names.indexOf(name)]?.rows ?? [];
  return {
    namespaces: rows('namespaces'),
    relations: rows('relations'),
    columns: rows('columns'),
    relationComments: rows('relationComments'),
    types: rows('types'),
    enumLabels: rows('enumLabels'),
    keys: rows('keys'),
    views: rows('views'),
    functions: rows('functions'),
    casts: rows('casts'),
    roles: rows('roles'),
    memberships: rows('memberships'),
  };
}
