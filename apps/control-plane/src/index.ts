export { loadControlPlaneConfig, controlPlaneEnvironment, type ControlPlaneConfig } from './config.js';
export { startControlPlane, type RunningControlPlane } from './start-control-plane.js';
export { acceptRestore, type AcceptedRestore } from '@perch/database';
export { ensureBootstrapApiKey } from './api-keys/ensure-bootstrap-api-key.js';
