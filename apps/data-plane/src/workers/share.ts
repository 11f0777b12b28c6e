/**
 * What one worker may use of what is meant for all of them together: a whole in, this worker's part of it out. The parts add
 * up to the whole, except that nobody gets less than one.
 */
import type { WorkerRole } from '../config.js';

export type Share = (whole: number) => number;

export function shareOf(role: WorkerRole): Share {
  if (role.kind !== 'worker') return (whole) => whole;
  const { slot, workers } = role;
  return (whole) => Math.max(1, Math.floor(whole / workers) + (slot < whole % workers ? 1 : 0));
}
