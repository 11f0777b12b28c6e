export { addressOf, parseConnectionUrl, withDatabase, withoutCertificate } from './attached/connection-url.js';
export { inspectAttached, type AttachedServer } from './attached/inspect-attached.js';
export { inspectReplacement, type ConnectionInForce } from './attached/inspect-replacement.js';
export type { ComputeAdapter } from './compute-adapter.js';
export { ComputeError, type ComputeErrorCode } from './compute-error.js';
export {
  localSuperuser,
  type AttachedCompute,
  type Compute,
  type ComputeContents,
  type ComputeDatabase,
  type ComputeRole,
  type ComputeStatus,
  type Credentials,
  type LocalCompute,
} from './compute.js';
export { createComputes, type Computes, type ComputesOptions } from './computes.js';
export { findFreePort, isPortFree } from './embedded/free-port.js';
export type { ServerCertificate } from './embedded/place-certificate.js';
export type { ServerSettings } from './embedded/server-settings.js';
export {
  findEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded/start-embedded-postgres.js';
export type { StopOptions } from './embedded/stop-postmaster.js';
export { withFileLock } from './file-lock.js';
export { stopLocalComputes } from './local/stop-local-computes.js';
export { scramVerifier } from './scram-verifier.js';
export { authorityCertificatePath } from './tls/certificate-authority.js';
