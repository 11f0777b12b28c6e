/** The port through which every room reports: a room notes an observation and never waits for what becomes of it. */
import type { Observation } from './observation.js';

export interface Observer {
  /** Never throws and never blocks. */
  note(observation: Observation): void;
}

/** For tests and tools that want no report. */
export const silentObserver: Observer = Object.freeze({ note: () => undefined });

/** Tells each of `observers` in order. */
export function combineObservers(...observers: readonly Observer[]): Observer {
  return {
    note(observation) {
      for (const observer of observers) observer.note(observation);
    },
  };
}
