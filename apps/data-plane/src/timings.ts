/** How long each step of a request took: the steps run through here, the Server-Timing header shows it. */
import type { TimedStep } from '@perch/engine';

export class Timings {
  readonly #durations: [step: TimedStep, durationMs: number][] = [];

  /** @param now milliseconds of a clock that never goes back. */
  constructor(private readonly now: () => number) {}

  async measure<T>(step: TimedStep, work: () => T | Promise<T>): Promise<T> {
    const startedAt = this.now();
    const result = await work();
    this.#add(step, startedAt);
    return result;
  }

  measureSync<T>(step: TimedStep, work: () => T): T {
    const startedAt = this.now();
    const result = work();
    this.#add(step, startedAt);
    return result;
  }

  /** Milliseconds per step, in the order in which they were first walked; a step walked twice counts both. */
  list(): readonly (readonly [step: TimedStep, durationMs: number])[] {
    return this.#durations;
  }

  #add(step: TimedStep, startedAt: number): void {
    const durationMs = this.now() - startedAt;
    const known = this.#durations.find(([name]) => name === step);
    if (known === undefined) this.#durations.push([step, durationMs]);
    else known[1] += durationMs;
  }
}
