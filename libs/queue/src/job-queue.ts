/** Typed enqueue and consume over BullMQ. Jobs only name rows, so one that is lost, repeated or late does no harm. */
import { DelayedError, type JobsOptions } from 'bullmq';
import { createBackend, type JobSink, type QueueLocation, type TakenJob } from './backend.js';
import type { JobDefinition } from './define-job.js';
import { QueueError, RunLater, UnrecoverableError } from './queue-error.js';
import { takeLeave } from './take-leave.js';

export interface JobAttempt {
  /** 1 for the first run. */
  readonly number: number;
  /** true when a failure of this run is the end of the job. */
  readonly isLast: boolean;
  /** Milliseconds until the next run, were this one to fail. */
  readonly backoffMs: number;
}

export type JobHandler<Payload> = (payload: Payload, attempt: JobAttempt) => Promise<void>;

export interface ConsumeOptions {
  /** Jobs that run at the same moment in this process, at least 1. */
  readonly concurrency: number;
  /** A backend that is away, or a job that failed: for the log. The consumer goes on by itself. */
  readonly onError: (error: Error) => void;
}

export interface Consumer {
  /** Takes no more jobs and waits for those that run, but not for a backend that is away. */
  close(): Promise<void>;
}

export interface JobQueue {
  /**
   * @param key the job's natural key: while a job with it waits or runs, another one is not added
   * @throws QueueError queue.payload-invalid, queue.unavailable
   */
  enqueue<Payload>(job: JobDefinition<Payload>, key: string, payload: Payload): Promise<void>;
  /** Runs the jobs of one kind until closed. */
  consume<Payload>(
    job: JobDefinition<Payload>,
    handler: JobHandler<Payload>,
    options: ConsumeOptions,
  ): Promise<Consumer>;
  /** Closes what enqueues and every consumer. */
  close(): Promise<void>;
}

/** A job whose worker died is taken up again after at most the two of them together. */
const LOCK_MS = 5_000;
const STALLED_CHECK_MS = 2_500;
/** A worker that dies again and again must not make BullMQ give the job up: operations decide that themselves. */
const MAX_STALLS = 1_000;

export function createJobQueue(location: QueueLocation): JobQueue {
  const backend = createBackend(location);
  const queues = new Map<string, JobSink>();
  const consumers = new Set<Consumer>();
  let prepared: Promise<void> | undefined;

  /** A failed attempt is forgotten, so that the next caller tries again. */
  const prepare = (): Promise<void> =>
    (prepared ??= backend.prepare().catch((error: unknown) => {
      prepared = undefined;
      throw error;
    }));

  const queueOf = (name: string): JobSink => {
    const known = queues.get(name);
    if (known !== undefined) return known;
    const queue = backend.createQueue(name);
    // Every call reports its own failure; without a listener an idle connection's end would end the process.
    queue.on('error', () => undefined);
    queues.set(name, queue);
    return queue;
  };

  return {
    async enqueue(job, key, payload) {
      const checked = job.payload.safeParse(payload);
      if (!checked.success) {
        throw new QueueError('queue.payload-invalid', `Job '${job.name}': ${checked.error.message}`);
      }
      try {
        await prepare();
        await queueOf(job.name).add(job.name, checked.data, toJobOptions(job, key));
      } catch (cause) {
        throw new QueueError('queue.unavailable', `Job '${job.name}' cannot be enqueued: ${messageOf(cause)}`, {
          cause,
        });
      }
    },
    async consume(job, handler, options) {
      await prepare();
      const running = new Set<Promise<void>>();
      const run = async (raw: TakenJob, token?: string) => {
        const ended = runJob(job, handler, raw, token);
        running.add(ended);
        await ended.finally(() => running.delete(ended));
      };
      const worker = backend.createWorker(job.name, run, {
        concurrency: options.concurrency,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_CHECK_MS,
        maxStalledCount: MAX_STALLS,
      });
      worker.on('error', options.onError);
      worker.on('failed', (_job, error) => options.onError(error));
      const consumer: Consumer = {
        async close() {
          consumers.delete(consumer);
          await takeLeave(worker, () => Promise.allSettled([...running]));
        },
      };
      consumers.add(consumer);
      await worker.waitUntilReady();
      return consumer;
    },
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.close()));
      await Promise.all([...queues.values()].map((queue) => takeLeave(queue)));
      queues.clear();
    },
  };
}

function toJobOptions(job: JobDefinition<unknown>, key: string): JobsOptions {
  const keep = job.keepForSeconds === 0 ? true : { age: job.keepForSeconds };
  return {
    jobId: key,
    attempts: job.attempts,
    backoff: { type: 'exponential', delay: job.backoffMs },
    removeOnComplete: keep,
    removeOnFail: keep,
  };
}

async function runJob<Payload>(
  job: JobDefinition<Payload>,
  handler: JobHandler<Payload>,
  raw: TakenJob,
  token: string | undefined,
): Promise<void> {
  const payload = job.payload.safeParse(raw.data);
  if (!payload.success) throw new UnrecoverableError(`Job '${job.name}' has a payload of another version`);
  const number = raw.attemptsMade + 1;
  try {
    await handler(payload.data, {
      number,
      isLast: number >= job.attempts,
      backoffMs: job.backoffMs * 2 ** (number - 1),
    });
  } catch (error) {
    if (!(error instanceof RunLater)) throw error;
    await raw.moveToDelayed(Date.now() + error.delayMs, token);
    throw new DelayedError();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
