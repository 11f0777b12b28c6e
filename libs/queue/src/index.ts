export { defineJob, type JobDefinition } from './define-job.js';
export type { QueueLocation } from './backend.js';
export {
  createJobQueue,
  type ConsumeOptions,
  type Consumer,
  type JobAttempt,
  type JobHandler,
  type JobQueue,
} from './job-queue.js';
export { QueueError, RunLater, UnrecoverableError, type QueueErrorCode } from './queue-error.js';
export { runOperationJob } from './jobs/run-operation.job.js';
