/** Takes jobs while the process runs, and enqueues again what a lost queue or a killed worker left unfinished. */
import type { Database } from '@perch/database';
import type { Observer } from '@perch/observability';
import { runOperationJob, type Consumer, type JobQueue } from '@perch/queue';
import type { OperationProcessor } from './operation-processor.js';

export interface OperationConsumerParts {
  readonly database: Pick<Database, 'operations'>;
  readonly queue: JobQueue;
  readonly processor: OperationProcessor;
  readonly observer: Observer;
  readonly concurrency: number;
}

/** Milliseconds between two looks for operations that no job carries. */
const SWEEP_MS = 15_000;

export class OperationConsumer {
  #consumer: Consumer | undefined;
  #sweeps: NodeJS.Timeout | undefined;

  constructor(private readonly parts: OperationConsumerParts) {}

  async start(): Promise<void> {
    const { queue, processor, concurrency, observer } = this.parts;
    this.#consumer = await queue.consume(runOperationJob, (job, attempt) => processor.process(job, attempt), {
      concurrency,
      onError: (error) => observer.note({ kind: 'message', level: 'warn', text: `Queue: ${error.message}` }),
    });
    await this.sweep();
    this.#sweeps = setInterval(() => void this.sweep(), SWEEP_MS);
  }

  /** Running operations are waited for. */
  async stop(): Promise<void> {
    clearInterval(this.#sweeps);
    await this.#consumer?.close();
  }

  private async sweep(): Promise<void> {
    try {
      await this.parts.processor.enqueue(await this.parts.database.operations.runnable());
    } catch (error) {
      const text = `Unfinished operations could not be read: ${error instanceof Error ? error.message : String(error)}`;
      this.parts.observer.note({ kind: 'message', level: 'warn', text });
    }
  }
}
