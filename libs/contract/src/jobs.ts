/**
 * What the queue carries. A job only names rows of the metadata database: the rows hold the state, so a job that is lost,
 * repeated or late does no harm.
 */
import { z } from 'zod';

/** Runs every step of one operation that is not finished yet. The natural key is the operation's id. */
export const runOperationJobSchema = z.strictObject({
  operation_id: z.uuid(),
  /** Of the trace that the operation was asked for in (https://www.w3.org/TR/trace-context/). */
  traceparent: z.string().optional(),
});
export type RunOperationJob = z.infer<typeof runOperationJobSchema>;
