/** The error classes of this room: what the queue itself refuses, and what a handler throws to say how to go on. */
import { UnrecoverableError } from 'bullmq';

export type QueueErrorCode = 'queue.payload-invalid' | 'queue.unavailable';

export class QueueError extends Error {
  override readonly name = 'QueueError';

  constructor(
    readonly code: QueueErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Thrown by a handler: the job cannot run yet. It runs again later and loses no attempt. */
export class RunLater extends Error {
  override readonly name = 'RunLater';

  /** @param delayMs milliseconds until it runs again, at least 1 */
  constructor(readonly delayMs: number) {
    super(`The job runs again in ${delayMs} ms`);
  }
}

/** Thrown by a handler: trying again would not help. */
export { UnrecoverableError };
