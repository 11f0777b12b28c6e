/**
 * The metrics of all workers and of their supervisor as one process: sums go on where a dead worker left them, so that
 * nothing that counts ever falls.
 */
import { addUpCounts, renderTogether, type MetricsSnapshot, type RenderedMetrics } from '@perch/observability';
import { z } from 'zod';
import type { Calls } from './calls.js';

/** Milliseconds: less than a scraper waits. */
const answerTimeoutMs = 2_000;

const snapshotSchema = z.array(z.looseObject({ name: z.string(), type: z.string() }));

export class WorkerMetrics {
  /** As last seen of each worker that runs. */
  readonly #seen = new Map<Calls, MetricsSnapshot>();
  /** What those that ended had counted. */
  #left: Promise<MetricsSnapshot> = Promise.resolve([]);

  /** @param own of the supervisor itself; states in it are left out, they are the workers' to tell. */
  constructor(private readonly own: () => Promise<MetricsSnapshot>) {}

  get workers(): Iterable<Calls> {
    return this.#seen.keys();
  }

  add(worker: Calls): void {
    this.#seen.set(worker, []);
  }

  remove(worker: Calls): void {
    const seen = this.#seen.get(worker) ?? [];
    this.#seen.delete(worker);
    this.#left = this.#left.then((left) => addUpCounts([left, seen]));
  }

  async render(): Promise<RenderedMetrics> {
    await Promise.all([...this.#seen.keys()].map((worker) => this.#ask(worker)));
    const own = snapshotSchema.parse(await this.own());
    const ofSupervisor = own.filter(({ name, type }) => !name.startsWith('perch_') || type !== 'gauge');
    return renderTogether([ofSupervisor, await this.#left, ...this.#seen.values()]);
  }

  /** One that does not answer is shown as it was. */
  async #ask(worker: Calls): Promise<void> {
    try {
      const snapshot = snapshotSchema.parse(await worker.call('metrics', undefined, answerTimeoutMs));
      if (this.#seen.has(worker)) this.#seen.set(worker, snapshot);
    } catch {
      // Starting, leaving or stuck.
    }
  }
}
