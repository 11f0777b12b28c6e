/**
 * Runs one operation. Its key is the operation's id and it is forgotten when it ended, so an operation that is still
 * unfinished may be enqueued again at any time: by a restart, by the one before it on its branch, by a person.
 */
import { runOperationJobSchema } from '@perch/contract';
import { defineJob } from '../define-job.js';

export const runOperationJob = defineJob({
  name: 'run-operation',
  payload: runOperationJobSchema,
  attempts: 5,
  backoffMs: 500,
  keepForSeconds: 0,
});
