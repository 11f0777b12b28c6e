/** How long each step of a request takes: the walk says where it is, the Server-Timing header and a trace show it. */
import type { TimedStep } from '@perch/engine';
import type { RequestTrace } from './request-trace.js';

export interface StepTimings {
  /** The walk is in a step from now on; the one before has ended, if it was not left. */
  enter(step: TimedStep): void;
  /** The walk is behind the step it was in. */
  leave(): void;
  /** The step that the walk is in, if it is in one, has ended with this. It counts for the trace alone. */
  fail(error: unknown): void;
  /** Milliseconds per step, in the order in which they were first walked; a step walked twice counts both. */
  list(): readonly (readonly [step: TimedStep, durationMs: number])[];
}

/** For requests whose times nobody asks for, which are nearly all. */
export const untimed: StepTimings = Object.freeze({
  enter: () => undefined,
  leave: () => undefined,
  fail: () => undefined,
  list: () => [],
});

export class Timings implements StepTimings {
  readonly #durations: [step: TimedStep, durationMs: number][] = [];
  #step: TimedStep | undefined;
  #startedAt = 0;

  /** @param now milliseconds of a clock that never goes back. */
  constructor(
    private readonly now: () => number,
    private readonly trace?: RequestTrace,
  ) {}

  enter(step: TimedStep): void {
    this.leave();
    this.#step = step;
    this.#startedAt = this.now();
  }

  leave(): void {
    const step = this.#step;
    if (step === undefined) return;
    const endedAt = this.now();
    const durationMs = endedAt - this.#startedAt;
    this.#step = undefined;
    this.trace?.step(step, this.#startedAt, endedAt);
    const known = this.#durations.find(([name]) => name === step);
    if (known === undefined) this.#durations.push([step, durationMs]);
    else known[1] += durationMs;
  }

  fail(error: unknown): void {
    if (this.#step !== undefined) this.trace?.step(this.#step, this.#startedAt, this.now(), error);
    this.#step = undefined;
  }

  list(): readonly (readonly [step: TimedStep, durationMs: number])[] {
    return this.#durations;
  }
}
