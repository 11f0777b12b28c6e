/**
 * The Server-Timing header: durations that the caller measured in, one header value out. The engine has no clock.
 *
 * @see https://www.w3.org/TR/server-timing/
 */

/** In any order; a step that is not there took no time. */
export type Timings = readonly (readonly [name: TimedStep, durationMs: number])[];

export type TimedStep = 'jwt' | 'parse' | 'plan' | 'transaction' | 'response';

const steps: readonly TimedStep[] = ['jwt', 'parse', 'plan', 'transaction', 'response'];

/** `jwt;dur=0.2, parse;dur=0.1, ...`: always all steps, in milliseconds with one decimal. */
export function serverTiming(timings: Timings): string {
  const durations = new Map(timings);
  return steps.map((step) => `${step};dur=${(durations.get(step) ?? 0).toFixed(1)}`).join(', ');
}
