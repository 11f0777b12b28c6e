/**
 * The Server-Timing header: durations that the caller measured in, one header value out. The engine has no clock.
 *
 * @see https://www.w3.org/TR/server-timing/
 */

/** In the order to show. */
export type Timings = readonly (readonly [name: TimedStep, durationMs: number])[];

export type TimedStep = 'jwt' | 'parse' | 'plan' | 'transaction' | 'response';

/** `jwt;dur=0.2, parse;dur=0.1`: milliseconds with one decimal. */
export function serverTiming(timings: Timings): string {
  return timings.map(([name, durationMs]) => `${name};dur=${durationMs.toFixed(1)}`).join(', ');
}
