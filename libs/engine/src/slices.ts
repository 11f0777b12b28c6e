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

/** Each item once, `sliceItems` of them in one go. */
export function* eachInSlices<T>(items: Iterable<T>, use: (item: T) => void, sliceItems = 2_000): Slices<void> {
  let left = sliceItems;
  for (const item of items) {
    use(item);
    left -= 1;
    if (left > 0) continue;
    left = sliceItems;
    yield;
  }
}

export function* mapInSlices<T, R>(items: Iterable<T>, map: (item: T) => R, sliceItems?: number): Slices<readonly R[]> {
  const mapped: R[] = [];
  yield* eachInSlices(items, (item) => mapped.push(map(item)), sliceItems);
  return mapped;
}

/** Groups of items whose sizes together reach `most`, in their order, and one of what is left. */
export function* groupsInSlices<T>(
  items: readonly T[],
  sizeOf: (item: T) => number,
  use: (group: readonly T[]) => void,
  most = 2_000,
): Slices<void> {
  let from = 0;
  let size = 0;
  for (const [at, item] of items.entries()) {
    size += sizeOf(item);
    if (size < most) continue;
    use(items.slice(from, at + 1));
    from = at + 1;
    size = 0;
    yield;
  }
  if (from < items.length) use(items.slice(from));
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
