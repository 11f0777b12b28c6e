/**
 * The settings statement: everything a request's transaction needs set before its first query, in one SELECT.
 * Settings are transaction-local and gone after Sync. The row holds a number only, so that no header travels back.
 *
 * @see https://docs.postgrest.org/en/v16/references/transactions.html
 */
import type { ApiConfig } from '../api-config.js';
import { InternalError } from '../error/engine-error.js';
import type { SqlStatement, SqlValue } from '../sql-executor.js';
import type { Role } from '../schema-cache/role.js';
import type { Routine } from '../schema-cache/routine.js';
import { requireSchemaVersion } from './schema-version-sql.js';
import { compile, ident, join, literal, param, sql, type SqlFragment } from './sql.js';

/** The role that the settings statement refused, by its error's message; undefined for any other error. */
export function refusedRole(message: string): string | undefined {
  return /"PERCH_REFUSED_ROLE (.*)"$/s.exec(message)?.[1];
}

/** What the statement is made of once, for all requests that have it in common. */
export interface SettingsScope {
  readonly method: string;
  readonly schema: string;
  readonly roleName: string;
  /** Its own settings apply; undefined where they do not. */
  readonly role: Role | undefined;
  readonly config: ApiConfig;
  readonly routine: Routine | undefined;
  readonly readOnly: boolean;
  /** Whether the version of the schema is compared: `facts.schemaVersion` then is one. */
  readonly checksSchema: boolean;
  /** Whether the request prefers a time zone: `facts.timezone` then is one. */
  readonly hasTimezone: boolean;
}

/** What is each request's own. */
export interface SettingsFacts {
  readonly claimsJson: string;
  readonly path: string;
  readonly headersJson: string;
  readonly cookiesJson: string;
  /** Version of the schema that the plan rests on; undefined where the database has none. */
  readonly schemaVersion: string | undefined;
  readonly timezone: string | undefined;
}

/** Fills in the values of one request. */
export type SettingsTemplate = (facts: SettingsFacts) => SqlStatement;

/** Stand for a fact until there is a request: known again by being the same object. */
const slots = {
  claimsJson: Buffer.alloc(0),
  path: Buffer.alloc(0),
  headersJson: Buffer.alloc(0),
  cookiesJson: Buffer.alloc(0),
  schemaVersion: Buffer.alloc(0),
  timezone: Buffer.alloc(0),
} as const satisfies Record<keyof SettingsFacts, Buffer>;

export function settingsTemplate(scope: SettingsScope): SettingsTemplate {
  const { text, values } = compile(
    inOneColumn([
      ...(scope.checksSchema ? [requireSchemaVersion(param(slots.schemaVersion))] : []),
      refuseByAttributes(scope.roleName),
      ...settings(scope).map(setConfig),
      refuseByPower,
    ]),
  );
  const parts = values.map((value) => factOf(value) ?? { constant: value });
  return (facts) => ({
    text,
    values: parts.map((part) => (typeof part === 'string' ? given(facts, part) : part.constant)),
  });
}

/** Arguments of a function are at most so many (FUNC_MAX_ARGS). */
const mostArguments = 100;

/**
 * Evaluates them in their order and answers how many are null, of which nobody wants to know: a column for each would have to
 * be made by the server and read here, for every request.
 */
function inOneColumn(expressions: readonly SqlFragment[]): SqlFragment {
  const columns: SqlFragment[] = [];
  for (let at = 0; at < expressions.length; at += mostArguments) {
    columns.push(sql`pg_catalog.num_nulls(${join(expressions.slice(at, at + mostArguments), ', ')})`);
  }
  return sql`select ${join(columns, ', ')}`;
}

function factOf(value: SqlValue): keyof SettingsFacts | undefined {
  for (const name of factNames) if (slots[name] === value) return name;
  return undefined;
}

const factNames = ['claimsJson', 'path', 'headersJson', 'cookiesJson', 'schemaVersion', 'timezone'] as const;

function given(facts: SettingsFacts, name: keyof SettingsFacts): string {
  const fact = facts[name];
  if (fact === undefined) throw new InternalError(`the settings statement needs ${name}`);
  return fact;
}

type Setting = readonly [name: string, value: SqlFragment];

/**
 * In the order of their effect: a role's settings before the role, because the connecting role may have been granted
 * parameters that the role may not set; a function's settings last, so that they win. What there are few of stands in the
 * text; a parameter is made, sent and read again for every request.
 */
function settings({
  method,
  schema,
  roleName,
  role,
  config,
  routine,
  readOnly,
  hasTimezone,
}: SettingsScope): readonly Setting[] {
  return [
    ['search_path', literal(searchPath(schema, config.extraSearchPath))],
    ...optional('statement_timeout', config.statementTimeoutMs?.toString()),
    ...(role?.settings ?? []).map(asParameter),
    ['role', param(roleName)],
    ['request.jwt.claims', param(slots.claimsJson)],
    ['request.method', literal(method)],
    ['request.path', param(slots.path)],
    ['request.headers', param(slots.headersJson)],
    ['request.cookies', param(slots.cookiesJson)],
    ...(hasTimezone ? [['timezone', param(slots.timezone)] as const] : []),
    ...(routine?.settings ?? []).filter(isHoisted(config.hoistedTxSettings)).map(asParameter),
    ...Object.entries(config.appSettings).map(([name, value]) => asParameter([`app.settings.${name}`, value])),
    // Last: it cannot be taken back within the transaction.
    ...optional('transaction_read_only', readOnly ? 'on' : undefined),
  ];
}

/** Letters, dots and anchors: nothing that a search could take long over. */
const plainPattern = /^\^?[\w.=-]*\$?$/;

/**
 * PostgREST looks for each as a regular expression anywhere in `name=value`, so that `work_mem` hoists `maintenance_work_mem`
 * too. With repetitions and groups it would be a tenant's program on everybody's thread: such a text is a name here.
 */
function isHoisted(patterns: readonly string[]): (setting: readonly [name: string, value: string]) => boolean {
  const tests = patterns.map((pattern) => (plainPattern.test(pattern) ? new RegExp(pattern, 's') : pattern));
  return ([name, value]) =>
    tests.some((wanted) => (typeof wanted === 'string' ? wanted === name : wanted.test(`${name}=${value}`)));
}

function optional(name: string, value: string | undefined): readonly Setting[] {
  return value === undefined ? [] : [[name, literal(value)]];
}

/** Somebody's own text, which may be a secret: statements are shown in traces, parameters are not. */
function asParameter([name, value]: readonly [string, string]): Setting {
  return [name, param(value)];
}

function setConfig([name, value]: Setting): SqlFragment {
  return sql`pg_catalog.set_config(${literal(name)}, ${value}, true)`;
}

function searchPath(schema: string, extra: readonly string[]): string {
  return [schema, ...extra].map((name) => compile(ident(name)).text).join(', ');
}

/**
 * Raises for a superuser and for a role that bypasses row security. The schema cache has refused them already, but no trigger
 * tells of ALTER ROLE. Looking into the catalog costs about 10 µs of the server's time, a fifth of a small request.
 */
function refuseByAttributes(role: string): SqlFragment {
  return sql`(select ('PERCH_REFUSED_ROLE ' || rolname)::int from pg_catalog.pg_roles where rolname = ${param(role)} and (rolsuper or rolbypassrls))`;
}

/** The same for what PostgreSQL knows of the role it has become: about 1 µs. */
const refuseByPower = sql`case when pg_catalog.current_setting('is_superuser') = 'on' then ('PERCH_REFUSED_ROLE ' || current_user)::int end`;
