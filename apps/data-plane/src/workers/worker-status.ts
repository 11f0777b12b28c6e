/** The status of all workers and of their supervisor as that of one process. */
import { mergeStatuses, processStatusSchema, type ProcessStatus } from '@perch/observability';
import type { Calls } from './calls.js';

/** Milliseconds: whoever looks waits for it. */
const answerTimeoutMs = 2_000;

/** One that does not answer is left out. */
export async function statusOfWorkers(own: ProcessStatus, workers: Iterable<Calls>): Promise<ProcessStatus> {
  const answers = await Promise.all(
    [...workers].map(async (worker) => {
      const answer = await worker.call('status', undefined, answerTimeoutMs).catch(() => undefined);
      const parsed = processStatusSchema.safeParse(answer);
      return parsed.success ? [parsed.data] : [];
    }),
  );
  return mergeStatuses(own, answers.flat());
}
