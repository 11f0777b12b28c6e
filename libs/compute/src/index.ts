export { ComputeError, type ComputeErrorCode } from './compute-error.js';
export { findFreePort, isPortFree } from './embedded/free-port.js';
export type { ServerSettings } from './embedded/server-settings.js';
export {
  findEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded/start-embedded-postgres.js';
export type { StopOptions } from './embedded/stop-postmaster.js';
