/**
 * What the queue carries. A job only names rows of the metadata database: the rows hold the state, so a job that is lost,
 * repeated or late does no harm.
 */
import { z } from 'zod';

// Fields that a newer version adds are left out by an older worker, so that control plane and worker may be upgraded in
// either order: what must not be overlooked needs a job of its own name.

/** Runs every step of one operation that is not finished yet. The natural key is the operation's id. */
export const runOperationJobSchema = z.object({
  operation_id: z.uuid(),
  /** Of the trace that the operation was asked for in (https://www.w3.org/TR/trace-context/). */
  traceparent: z.string().optional(),
});
export type RunOperationJob = z.infer<typeof runOperationJobSchema>;
