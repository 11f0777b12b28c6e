/**
 * Long work that lets others have their turn: a generator that stops between two slices in, its result out, at once or in
 * turns. A process serves all its data APIs on one event loop, so nothing may hold that for long.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Stops behind every slice. */
export type Slices<T> = Generator<undefined, T, undefined>;

export function atOnce<T>(slices: Slices<T>): T {
  let step = slices.next();
  while (step.done !== true) step = slices.next();
  return step.value;
}

export async function inTurns<T>(slices: Slices<T>): Promise<T> {
  let step = slices.next();
  while (step.done !== true) {
    await othersTurn();
    step = slices.next();
  }
  return step.value;
}

/** The one that was promised last. */
let promised: Promise<void> = Promise.resolve();

/**
 * Resolves when everything else that waits has had its turn. Of those who wait here one goes on in each turn of the event
 * loop, however many there are.
 */
export function othersTurn(): Promise<void> {
  return (promised = promised.then(() => nextTurn()));
}
