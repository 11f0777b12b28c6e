export {
  DataPlaneConfigError,
  dataPlaneEnvironment,
  loadDataPlaneConfig,
  type DataPlaneConfig,
  type DataPlaneOptions,
} from './config.js';
export { startDataPlane, type RunningDataPlane } from './start-data-plane.js';
export { startWorkers } from './workers/start-workers.js';
