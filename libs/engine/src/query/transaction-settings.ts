/**
 * The settings statement: everything a request's transaction needs set before its first query, in one SELECT.
 * Settings are transaction-local and gone after Sync. The row holds truth values only, so that no header travels back.
 *
 * @see https://docs.postgrest.org/en/v16/references/transactions.html
 */
import type { ApiConfig } from '../api-config.js';
import type { ApiRequest } from '../api-request/api-request.js';
import type { AuthResult } from '../auth-result.js';
import type { SqlStatement } from '../sql-executor.js';
import type { Role } from '../schema-cache/role.js';
import type { Routine } from '../schema-cache/routine.js';
import { requireSchemaVersion } from './schema-version-sql.js';
import { compile, ident, join, literal, param, sql, type SqlFragment } from './sql.js';

/** The role that the settings statement refused, by its error's message; undefined for any other error. */
export function refusedRole(message: string): string | undefined {
  return /"PERCH_REFUSED_ROLE (.*)"$/s.exec(message)?.[1];
}

export interface TransactionSettings {
  readonly request: ApiRequest;
  readonly auth: AuthResult;
  readonly config: ApiConfig;
  readonly role: Role | undefined;
  readonly routine: Routine | undefined;
  readonly readOnly: boolean;
  /** The caller saw the role pass the whole check a moment ago. */
  readonly roleIsFresh: boolean;
  /** Version of the schema that the plan rests on; undefined where the database has none. */
  readonly schemaVersion: string | undefined;
}

export function settingsStatement(wanted: TransactionSettings): SqlStatement {
  const { auth, schemaVersion, roleIsFresh } = wanted;
  return compile(
    sql`select ${join(
      [
        ...(schemaVersion === undefined ? [] : [requireSchemaVersion(schemaVersion)]),
        ...(roleIsFresh ? [] : [refuseByAttributes(auth.role)]),
        ...settings(wanted).map(setConfig),
        refuseByPower,
      ],
      ', ',
    )}`,
  );
}

type Setting = readonly [name: string, value: string];

/**
 * In the order of their effect: a role's settings before the role, because the connecting role may have been granted
 * parameters that the role may not set; a function's settings last, so that they win.
 */
function settings({ request, auth, config, role, routine, readOnly }: TransactionSettings): readonly Setting[] {
  const hoisted = new Set(config.hoistedTxSettings);
  return [
    ['search_path', searchPath(request.schema, config.extraSearchPath)],
    ...optional('statement_timeout', config.statementTimeoutMs?.toString()),
    ...(role?.settings ?? []),
    ['role', auth.role],
    ['request.jwt.claims', auth.claimsJson],
    ['request.method', request.method],
    ['request.path', request.path],
    ['request.headers', JSON.stringify(Object.fromEntries(request.headers))],
    ['request.cookies', JSON.stringify(Object.fromEntries(request.cookies))],
    ...optional('timezone', request.preferences.timezone),
    ...(routine?.settings ?? []).filter(([name]) => hoisted.has(name)),
    ...Object.entries(config.appSettings).map(([name, value]): Setting => [`app.settings.${name}`, value]),
    // Last: it cannot be taken back within the transaction.
    ...optional('transaction_read_only', readOnly ? 'on' : undefined),
  ];
}

function optional(name: string, value: string | undefined): readonly Setting[] {
  return value === undefined ? [] : [[name, value]];
}

function setConfig([name, value]: Setting): SqlFragment {
  return sql`pg_catalog.set_config(${literal(name)}, ${param(value)}, true) is null`;
}

function searchPath(schema: string, extra: readonly string[]): string {
  return [schema, ...extra].map((name) => compile(ident(name)).text).join(', ');
}

/**
 * Raises for a superuser and for a role that bypasses row security. The schema cache has refused them already, but no trigger
 * tells of ALTER ROLE. Looking into the catalog costs 15 to 25 µs, a fifth of a small request.
 */
function refuseByAttributes(role: string): SqlFragment {
  return sql`(select ('PERCH_REFUSED_ROLE ' || rolname)::int from pg_catalog.pg_roles where rolname = ${param(role)} and (rolsuper or rolbypassrls))`;
}

/** The same for what PostgreSQL knows of the role it has become: about 1 µs. */
const refuseByPower = sql`case when pg_catalog.current_setting('is_superuser') = 'on' then ('PERCH_REFUSED_ROLE ' || current_user)::int end`;
