/**
 * The metrics of all workers and of their supervisor as one process: sums go on where a dead worker left them, so that
 * nothing that counts ever falls.
 */
import { renderTogether, type MetricsSnapshot, type RenderedMetrics } from '@perch/observability';
import type { Calls } from './calls.js';
import { LeftCounts, snapshotSchema, type LeftCountsOptions, type ReadSnapshot } from './left-counts.js';

/** Milliseconds: less than a scraper waits. */
const answerTimeoutMs = 2_000;

export class WorkerMetrics {
  /** As last seen of each worker that runs. */
  readonly #seen = new Map<Calls, ReadSnapshot>();
  /** What those that ended had counted. */
  readonly #left: LeftCounts;

  /** @param own of the supervisor itself; states in it are left out, they are the workers' to tell. */
  constructor(
    private readonly own: () => Promise<MetricsSnapshot>,
    options: LeftCountsOptions,
  ) {
    this.#left = new LeftCounts(options);
  }

  get workers(): Iterable<Calls> {
    return this.#seen.keys();
  }

  add(worker: Calls): void {
    this.#seen.set(worker, []);
  }

  remove(worker: Calls): void {
    const seen = this.#seen.get(worker) ?? [];
    this.#seen.delete(worker);
    void this.#left.add(seen);
  }

  async render(): Promise<RenderedMetrics> {
    await Promise.all([...this.#seen.keys()].map((worker) => this.#ask(worker)));
    const own = snapshotSchema.parse(await this.own());
    const ofSupervisor = own.filter(({ name, type }) => !name.startsWith('perch_') || type !== 'gauge');
    const running = [...this.#seen.values()];
    return renderTogether([ofSupervisor, await this.#left.sum(running), ...running]);
  }

  /** One that does not answer, or not what metrics are, is shown as it was. */
  async #ask(worker: Calls): Promise<void> {
    try {
      const snapshot = snapshotSchema.parse(await worker.call('metrics', undefined, answerTimeoutMs));
      if (this.#seen.has(worker)) this.#seen.set(worker, snapshot);
    } catch {
      // Starting, leaving or stuck.
    }
  }
}
