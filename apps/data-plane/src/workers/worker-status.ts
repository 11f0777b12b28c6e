/** The status of all workers and of their supervisor as that of one process. */
import { mergeStatuses, type ProcessStatus } from '@perch/observability';
import { z } from 'zod';
import type { Calls } from './calls.js';

/** Milliseconds: whoever looks waits for it. */
const answerTimeoutMs = 2_000;

const statusSchema = z.object({
  process: z.string(),
  version: z.string(),
  pid: z.number(),
  started_at: z.string(),
  counts: z.record(z.string(), z.number()),
  feed: z
    .object({
      state: z.enum(['connected', 'lost']),
      since: z.string(),
      sequence: z.number().optional(),
      reason: z.string().optional(),
    })
    .optional(),
  last_error: z.object({ at: z.string(), text: z.string() }).optional(),
});

/** One that does not answer is left out. */
export async function statusOfWorkers(own: ProcessStatus, workers: Iterable<Calls>): Promise<ProcessStatus> {
  const answers = await Promise.all(
    [...workers].map(async (worker) => {
      const answer = await worker.call('status', undefined, answerTimeoutMs).catch(() => undefined);
      const parsed = statusSchema.safeParse(answer);
      return parsed.success ? [parsed.data] : [];
    }),
  );
  return mergeStatuses(own, answers.flat());
}
