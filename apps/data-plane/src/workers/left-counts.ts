/**
 * What workers that ended had counted: their last figures in, one sum out that never falls. Of tenants only those that are
 * still asked for, or were until a while ago: each is a series of its own, and workers come and go for ever.
 */
import { addUpCounts, type MetricsSnapshot } from '@perch/observability';
import { z } from 'zod';

/** As `getMetricsAsJSON` of prom-client has it; anything else would stop the sum of all others. */
export const snapshotSchema = z.array(
  z.looseObject({
    name: z.string(),
    help: z.string(),
    type: z.enum(['counter', 'gauge', 'histogram', 'summary']),
    aggregator: z.enum(['sum', 'first', 'min', 'max', 'average', 'omit']),
    values: z.array(z.looseObject({ labels: z.record(z.string(), z.union([z.string(), z.number()])) })),
  }),
);
export type ReadSnapshot = z.infer<typeof snapshotSchema>;

/** Milliseconds for which a tenant's counts outlive the last worker that had any of it: several scrapes see them. */
const TENANT_KEPT_MS = 10 * 60_000;

export interface LeftCountsOptions {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** A sum that could not be made; what had been left before stays. */
  readonly onFailure: (error: unknown) => void;
}

export class LeftCounts {
  #sum: ReadSnapshot = [];
  /** When a worker that runs was last known to have counted it. */
  readonly #namedAt = new Map<string, number>();
  #adding: Promise<void> = Promise.resolve();

  constructor(private readonly options: LeftCountsOptions) {}

  /** Resolves when the figures are in the sum; never rejects. Adds keep their order. */
  add(left: ReadSnapshot): Promise<void> {
    this.#adding = this.#adding.then(async () => {
      try {
        this.#touch(left);
        this.#sum = snapshotSchema.parse(await addUpCounts([this.#sum, left]));
      } catch (error) {
        this.options.onFailure(error);
      }
    });
    return this.#adding;
  }

  /** @param running what the workers that run have counted: their tenants keep what was left of them. */
  async sum(running: Iterable<ReadSnapshot>): Promise<MetricsSnapshot> {
    await this.#adding;
    for (const snapshot of running) this.#touch(snapshot);
    const before = this.options.now() - TENANT_KEPT_MS;
    for (const [tenant, at] of this.#namedAt) if (at < before) this.#namedAt.delete(tenant);
    this.#sum = this.#sum.map((metric) => ({
      ...metric,
      values: metric.values.filter(
        ({ labels }) => labels['tenant'] === undefined || this.#namedAt.has(tenantOf(labels)),
      ),
    }));
    return this.#sum;
  }

  #touch(snapshot: ReadSnapshot): void {
    const at = this.options.now();
    for (const { values } of snapshot) {
      for (const { labels } of values) if (labels['tenant'] !== undefined) this.#namedAt.set(tenantOf(labels), at);
    }
  }
}

function tenantOf(labels: Readonly<Record<string, string | number>>): string {
  return String(labels['tenant']);
}
