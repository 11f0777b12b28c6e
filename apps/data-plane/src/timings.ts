/** How long each step of a request took: the steps run through here, the Server-Timing header and a trace show it. */
import type { TimedStep } from '@perch/engine';
import type { RequestTrace } from './request-trace.js';

export class Timings {
  readonly #durations: [step: TimedStep, durationMs: number][] = [];

  /** @param now milliseconds of a clock that never goes back. */
  constructor(
    private readonly now: () => number,
    private readonly trace?: RequestTrace,
  ) {}

  async measure<T>(step: TimedStep, work: () => T | Promise<T>): Promise<T> {
    const startedAt = this.now();
    try {
      const result = await work();
      this.#add(step, startedAt);
      return result;
    } catch (error) {
      this.trace?.step(step, startedAt, this.now(), error);
      throw error;
    }
  }

  measureSync<T>(step: TimedStep, work: () => T): T {
    const startedAt = this.now();
    try {
      const result = work();
      this.#add(step, startedAt);
      return result;
    } catch (error) {
      this.trace?.step(step, startedAt, this.now(), error);
      throw error;
    }
  }

  /** Milliseconds per step, in the order in which they were first walked; a step walked twice counts both. */
  list(): readonly (readonly [step: TimedStep, durationMs: number])[] {
    return this.#durations;
  }

  #add(step: TimedStep, startedAt: number): void {
    const endedAt = this.now();
    const durationMs = endedAt - startedAt;
    this.trace?.step(step, startedAt, endedAt);
    const known = this.#durations.find(([name]) => name === step);
    if (known === undefined) this.#durations.push([step, durationMs]);
    else known[1] += durationMs;
  }
}
