export { loadWorkerConfig, workerEnvironment, type WorkerConfig } from './config.js';
export { startWorker, type RunningWorker } from './start-worker.js';
