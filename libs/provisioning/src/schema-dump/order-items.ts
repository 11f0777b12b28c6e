/** Items and what needs what in, items in an order that can be run out. The same items are always in the same order. */
import { findCircles } from './find-circles.js';
import { compareItems, type SchemaItem } from './schema-item.js';

export interface OrderedItems {
  readonly items: readonly SchemaItem[];
  /** In a circle, or behind one: none of them can be made before the others. */
  readonly stuck: readonly SchemaItem[];
  /** Those that stand in circles, by circle, each in its usual order. */
  readonly circles: readonly (readonly SchemaItem[])[];
}

/** @param needs keys of items by the key of the item that needs them; keys of nothing are passed over */
export function orderItems(
  items: readonly SchemaItem[],
  needs: ReadonlyMap<string, ReadonlySet<string>>,
): OrderedItems {
  const byKey = new Map(items.map((item) => [item.key, item]));
  const missing = new Map<string, number>();
  const neededBy = new Map<string, SchemaItem[]>();
  for (const item of items) {
    const wanted = [...(needs.get(item.key) ?? [])].filter((key) => key !== item.key && byKey.has(key));
    missing.set(item.key, wanted.length);
    for (const key of wanted) {
      const needing = neededBy.get(key);
      if (needing === undefined) neededBy.set(key, [item]);
      else needing.push(item);
    }
  }
  // Sorted from the last to the first, so that taking the next one is cheap.
  const ready = items.filter(({ key }) => missing.get(key) === 0).sort((a, b) => compareItems(b, a));
  const ordered: SchemaItem[] = [];
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    ordered.push(next);
    for (const item of neededBy.get(next.key) ?? []) {
      const left = (missing.get(item.key) ?? 0) - 1;
      missing.set(item.key, left);
      if (left === 0) insert(ready, item);
    }
  }
  const stuck = items.filter(({ key }) => (missing.get(key) ?? 0) > 0).sort(compareItems);
  const followers = new Map(stuck.map(({ key }) => [key, (neededBy.get(key) ?? []).map((item) => item.key)]));
  const circles = findCircles(followers).map((keys) => keys.flatMap((key) => byKey.get(key) ?? []).sort(compareItems));
  return { items: ordered, stuck, circles };
}

function insert(sorted: SchemaItem[], item: SchemaItem): void {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = sorted[middle];
    if (other !== undefined && compareItems(other, item) > 0) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, item);
}
