/** Turns a plan into the statements of one packet: total, no looking up, no refusing but of a role. */
import type { ApiConfig } from '../api-config.js';
import type { ApiRequest } from '../api-request/api-request.js';
import type { AuthResult } from '../auth-result.js';
import { fromPostgres } from '../error/from-postgres.js';
import { assertNever } from '../error/engine-error.js';
import type { SqlStatement } from '../sql-executor.js';
import { parseQualifiedIdentifier } from '../identifiers.js';
import type { MediaType } from '../media-type.js';
import type { ActionPlan } from '../plan/action-plan.js';
import type { Role } from '../schema-cache/role.js';
import type { SchemaCache } from '../schema-cache/schema-cache.js';
import { callStatement } from './call-statement.js';
import { inspectStatement } from './inspect-statement.js';
import { undoMarker, type MainQuery, type PlannedCount } from './main-query.js';
import { mutateStatement } from './mutate-statement.js';
import { readStatement } from './read-statement.js';
import { compile, join, literal, qualified, raw, sql, type SqlFragment } from './sql.js';
import { cookiesJson, headersJson } from './request-json.js';
import { countingOf, plannedQuery, type Counting } from './total-sql.js';
import { settingsTemplate, type SettingsTemplate } from './transaction-settings.js';

export interface MainQueryInput {
  readonly plan: Exclude<ActionPlan, { kind: 'info' }>;
  readonly request: ApiRequest;
  readonly auth: AuthResult;
  readonly config: ApiConfig;
  readonly schema: SchemaCache;
  /** The database's schema version when `schema` was read: the packet fails before anything runs when it has moved. */
  readonly schemaVersion?: string | undefined;
  /** What was made for earlier requests of the same shape, where a plan cache has it. */
  readonly known?: KnownStatements | undefined;
}

/** The statements that rest on the plan. */
export type PlanStatements = Pick<MainQuery, 'main' | 'plannedCount'>;

/** What `planStatements` would answer, and a place for what is made once for a role. */
export interface KnownStatements extends PlanStatements {
  /** @param of everything that it rests on besides plan and configuration */
  readonly surrounding: (of: string, make: () => Surrounding) => Surrounding;
}

/** The statements around those, without the values of a request. */
export interface Surrounding extends Pick<MainQuery, 'modes' | 'readOnly' | 'preRequest' | 'undo' | 'runsAsAnonymous'> {
  readonly settings: SettingsTemplate;
}

/**
 * @throws 42501 when nobody may become the role through a token
 */
export function buildMainQuery(input: MainQueryInput): MainQuery {
  const { request, auth, schemaVersion, known } = input;
  const { headers, path, preferences } = request;
  const { timezone } = preferences;
  const of = `${schemaVersion === undefined ? '-' : 'v'}${timezone === undefined ? '-' : 'z'}${auth.role}`;
  const around = known === undefined ? surrounding(input) : known.surrounding(of, () => surrounding(input));
  const { main, plannedCount } = known ?? planStatements(input);
  return {
    modes: around.modes,
    readOnly: around.readOnly,
    settings: around.settings({
      claimsJson: auth.claimsJson,
      path,
      headersJson: headersJson(headers),
      cookiesJson: cookiesJson(headers),
      schemaVersion,
      timezone,
    }),
    checksSchema: schemaVersion !== undefined,
    preRequest: around.preRequest,
    main,
    plannedCount,
    undo: around.undo,
    runsAsAnonymous: around.runsAsAnonymous,
  };
}

function surrounding({ plan, request, auth, config, schema, schemaVersion }: MainQueryInput): Surrounding {
  const allowed = allowedRole(auth.role, schema);
  const role = config.roleSettings ? allowed : undefined;
  const routine = plan.kind === 'call' ? plan.call.routine : undefined;
  const isolation = routine?.isolation ?? role?.isolation;
  const readOnly = isReadOnly(plan);
  return {
    modes: modesStatement(isolation, !readOnly && schema.readOnlyByDefault),
    readOnly,
    settings: settingsTemplate({
      method: request.method,
      schema: request.schema,
      roleName: auth.role,
      role,
      config,
      routine,
      readOnly,
      checksSchema: schemaVersion !== undefined,
      hasTimezone: request.preferences.timezone !== undefined,
    }),
    preRequest: config.preRequest === undefined ? undefined : preRequestStatement(config.preRequest),
    undo: !readOnly && isUndone(request, config) ? undoStatements : [],
    runsAsAnonymous: auth.role === config.anonRole,
  };
}

export function planStatements(input: Pick<MainQueryInput, 'plan' | 'request' | 'config'>): PlanStatements {
  const { plan, request, config } = input;
  return {
    main: mainStatement(input),
    plannedCount: plannedCountStatement(plan, countingOf(request.preferences, config)),
  };
}

/** PostgreSQL would let the connecting role become some that no request may run as; it refuses all others itself. */
function allowedRole(name: string, schema: SchemaCache): Role | undefined {
  const role = schema.role(name);
  if (role?.refused === true || name === 'none' || name.startsWith('pg_')) {
    throw fromPostgres({ code: '42501', message: `permission denied to set role "${name}"` }, false);
  }
  return role;
}

function isReadOnly(plan: MainQueryInput['plan']): boolean {
  switch (plan.kind) {
    case 'read':
    case 'inspect':
      return true;
    case 'call':
      return plan.readOnly;
    case 'mutate':
      return false;
    default:
      return assertNever(plan);
  }
}

function isUndone({ preferences }: ApiRequest, { txEnd }: ApiConfig): boolean {
  return preferences.transaction === undefined
    ? txEnd === 'rollback' || txEnd === 'rollback-allow-override'
    : preferences.transaction === 'rollback';
}

/** Before the first query of a transaction, so it cannot be a set_config in a SELECT. */
function modesStatement(level: Role['isolation'], readWrite: boolean): SqlStatement | undefined {
  const modes = [
    ...(level === undefined ? [] : [sql`isolation level ${raw(level)}`]),
    ...(readWrite ? [sql`read write`] : []),
  ];
  return modes.length === 0 ? undefined : compile(sql`set transaction ${join(modes, ', ')}`);
}

function preRequestStatement(name: string): SqlStatement {
  return compile(sql`select ${qualified(parseQualifiedIdentifier(name))}()`);
}

/** What is deferred is checked, so that its errors show; then the packet fails on purpose. */
const undoStatements: readonly SqlStatement[] = [
  compile(sql`set constraints all immediate`),
  // Not constant: a constant would fail while it is parsed, before the statements in front of it run.
  compile(sql`select (${literal(undoMarker)} || pg_catalog.pg_backend_pid())::int`),
];

function mainStatement({
  plan,
  request: { preferences },
  config,
}: Pick<MainQueryInput, 'plan' | 'request' | 'config'>): SqlStatement {
  const counting = countingOf(preferences, config);
  // What is only explained has no body.
  const most = 'content' in plan && plan.content.mediaType.kind !== 'plan' ? config.maxResponseBytes : undefined;
  switch (plan.kind) {
    case 'read':
      return explained(readStatement(plan, counting, most), plan.content.mediaType);
    case 'mutate':
      return explained(mutateStatement(plan, preferences, most), plan.content.mediaType);
    case 'call':
      return explained(callStatement(plan, preferences, counting, most), plan.content.mediaType);
    case 'inspect':
      return compile(inspectStatement(plan, config));
    default:
      return assertNever(plan);
  }
}

/** For a plan the statement is only explained; with `analyze` it runs as well. */
function explained(statement: SqlFragment, mediaType: MediaType): SqlStatement {
  if (mediaType.kind !== 'plan') return compile(statement);
  const options = [
    ...mediaType.options.map((option) => option.toUpperCase()),
    `FORMAT ${mediaType.format.toUpperCase()}`,
  ];
  return { ...compile(sql`explain (${raw(options.join(', '))}) ${statement}`), prepare: false };
}

function plannedCountStatement(plan: MainQueryInput['plan'], counting: Counting): PlannedCount | undefined {
  if (plan.kind !== 'read' || plan.content.mediaType.kind === 'plan') return undefined;
  const planned = plannedQuery(plan.read, counting);
  if (planned === undefined) return undefined;
  return { statement: compile(sql`explain (format json) ${planned.query}`), above: planned.above };
}
