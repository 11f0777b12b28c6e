/**
 * Hands operations to the worker and waits a while for what becomes of them. The rows are the truth: an operation that
 * could not be enqueued is found by the worker, which looks for such.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Observer, Tracer } from '@perch/observability';
import { isFinished, metadataChannels, type Database, type Operation } from '@perch/database';
import { runOperationJob, type JobQueue } from '@perch/queue';

/** Milliseconds between two looks of somebody who waits, should the notification be lost. */
const LOOK_AGAIN_MS = 250;

export class OperationRunner {
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: Pick<Database, 'operations' | 'events'>,
    private readonly queue: JobQueue,
    private readonly observer: Observer,
    private readonly tracer?: Tracer,
  ) {}

  /** Enqueues them in their order; never throws. */
  async dispatch(operations: readonly Pick<Operation, 'id'>[]): Promise<void> {
    for (const { id } of operations) await this.enqueue(id);
  }

  /**
   * Resolves with the operations as they are once all have ended or `timeoutMs` milliseconds are over. One that is gone
   * (with its project) comes back as it was given. Nobody is kept waiting once the control plane stops.
   */
  async settle(operations: readonly Operation[], timeoutMs: number): Promise<readonly Operation[]> {
    const deadline = Date.now() + timeoutMs;
    let wake = (): void => undefined;
    const stopListening = this.database.events.on(metadataChannels.operationChanged, () => wake());
    const { signal } = this.stopping;
    const onStop = (): void => wake();
    signal.addEventListener('abort', onStop);
    try {
      for (;;) {
        // Before looking, so that a change during the look is not missed.
        const changed = new Promise<void>((resolve) => (wake = resolve));
        const current = await Promise.all(
          operations.map(async (old) => (await this.database.operations.find(old.projectId, old.id)) ?? old),
        );
        const leftMs = deadline - Date.now();
        if (signal.aborted || leftMs <= 0 || current.every(({ status }) => isFinished(status))) return current;
        await Promise.race([changed, sleep(Math.min(leftMs, LOOK_AGAIN_MS), undefined, { ref: false })]);
      }
    } finally {
      signal.removeEventListener('abort', onStop);
      stopListening();
    }
  }

  /** Whoever waits gets the operations as they are. */
  stop(): void {
    this.stopping.abort();
  }

  private async enqueue(id: string): Promise<void> {
    try {
      await this.queue.enqueue(runOperationJob, id, {
        operation_id: id,
        traceparent: this.tracer?.current?.traceparent,
      });
    } catch (error) {
      const text = `Operation ${id} could not be enqueued; the worker will find it`;
      const reason = error instanceof Error ? error.message : String(error);
      this.observer.note({ kind: 'message', level: 'warn', text, fields: { reason } });
    }
  }
}
