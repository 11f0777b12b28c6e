/** How long each step of a request took: the steps run through here, the Server-Timing header and the log read it. */

export type Step = 'tenant' | 'jwt' | 'body' | 'schema' | 'parse' | 'plan' | 'transaction' | 'response';

export class Timings {
  readonly #durations = new Map<Step, number>();

  /** @param now milliseconds of a clock that never goes back. */
  constructor(private readonly now: () => number) {}

  async measure<T>(step: Step, work: () => T | Promise<T>): Promise<T> {
    const startedAt = this.now();
    try {
      return await work();
    } finally {
      this.#add(step, startedAt);
    }
  }

  measureSync<T>(step: Step, work: () => T): T {
    const startedAt = this.now();
    try {
      return work();
    } finally {
      this.#add(step, startedAt);
    }
  }

  /** Milliseconds; a step that ran twice counts twice, one that never ran is 0. */
  durationMs(step: Step): number {
    return this.#durations.get(step) ?? 0;
  }

  #add(step: Step, startedAt: number): void {
    this.#durations.set(step, (this.#durations.get(step) ?? 0) + this.now() - startedAt);
  }
}
