export type { ApiConfig } from './api-config.js';
export type { AuthResult } from './auth-result.js';
export type { EngineRequest } from './engine-request.js';
export type { EngineResponse } from './response/engine-response.js';
export { assertNever, EngineError, engineError, InternalError, type ErrorKind } from './error/engine-error.js';
export {
  SqlError,
  type SqlExecutor,
  type SqlPacket,
  type SqlResult,
  type SqlStatement,
  type SqlValue,
} from './execute/sql-executor.js';
