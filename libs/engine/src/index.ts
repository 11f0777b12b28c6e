/** The engine's only door. The walk: parseApiRequest, planAction, buildMainQuery, runMainQuery, renderResponse. */
export type { ApiConfig } from './api-config.js';
export type { AuthResult } from './auth-result.js';
export type { EngineRequest } from './engine-request.js';
export type { EngineResponse } from './response/engine-response.js';
export { assertNever, EngineError, engineError, InternalError } from './error/engine-error.js';
export type { ErrorKind } from './error/error-kind.js';
export { quoteName } from './identifiers.js';
export {
  SqlError,
  type CancelSignal,
  type SqlExecutor,
  type SqlPacket,
  type SqlResult,
  type SqlStatement,
  type SqlValue,
} from './sql-executor.js';

export type { SchemaCache } from './schema-cache/schema-cache.js';
export { inTurns, othersTurn, type Slices } from './slices.js';
export { createSchemaCache, schemaCacheSlices } from './schema-cache/create-schema-cache.js';
export { loadSchemaCache } from './schema-cache/load-schema-cache.js';
export { readSchemaBehind, readSchemaSnapshot, type SchemaOptions } from './schema-cache/read-schema-snapshot.js';
export { parsedSnapshotSlices, snapshotTextSlices, type SchemaSnapshot } from './schema-cache/schema-snapshot.js';
export { readDatabaseSettings, type DatabaseSettingsOptions } from './schema-cache/read-database-settings.js';
export { databaseSettingNames, withDatabaseSettings } from './api-config-overrides.js';

export { parseApiRequest, type ApiRequest } from './api-request/api-request.js';
export { planAction } from './plan/plan-action.js';
export type { ActionPlan } from './plan/action-plan.js';
export { buildMainQuery, type MainQueryInput } from './query/build-main-query.js';
export { PlanCache, type ParsedRequest } from './query/plan-cache.js';
export { schemaVersionQuery } from './query/schema-version-sql.js';
export type { MainQuery } from './query/main-query.js';
export { SchemaMovedError } from './execute/schema-moved.js';
export { runMainQuery } from './execute/run-main-query.js';
export type { ResultSet } from './execute/result-set.js';

export { headerOf, preflightResponse } from './response/cors.js';
export { renderError } from './response/render-error.js';
export { renderInfo } from './response/render-info.js';
export { renderResponse, withServerHeaders } from './response/render-response.js';
export type { TimedStep, Timings } from './response/server-timing.js';
