/**
 * A directed graph in, its circles out: sets of nodes that each lead to all others of their set. One walk however large it
 * is.
 *
 * @see https://doi.org/10.1137/0201010 (Tarjan, Depth-First Search and Linear Graph Algorithms, 1972)
 */

/** @param next nodes that each node leads to; nodes that are no key of it lead nowhere. An edge to itself is no circle. */
export function findCircles(next: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const found: string[][] = [];
  /** Order in which nodes were met, and the earliest one still open that each of them leads to. */
  const met = new Map<string, number>();
  const earliest = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  // A walk of its own instead of calls in calls: circles may be longer than the stack is deep.
  const walk: { readonly node: string; readonly rest: Iterator<string> }[] = [];

  const enter = (node: string): void => {
    met.set(node, met.size);
    earliest.set(node, met.size - 1);
    open.push(node);
    isOpen.add(node);
    walk.push({ node, rest: (next.get(node) ?? [])[Symbol.iterator]() });
  };
  const lower = (node: string, to: number): void => {
    earliest.set(node, Math.min(earliest.get(node) ?? to, to));
  };
  const leave = (node: string): void => {
    if (earliest.get(node) !== met.get(node)) return;
    const circle = open.splice(open.lastIndexOf(node));
    for (const one of circle) isOpen.delete(one);
    if (circle.length > 1) found.push(circle);
  };

  for (const start of next.keys()) {
    if (met.has(start)) continue;
    enter(start);
    for (let top = walk.at(-1); top !== undefined; top = walk.at(-1)) {
      const { done, value } = top.rest.next();
      if (done !== true) {
        if (!met.has(value)) enter(value);
        else if (isOpen.has(value)) lower(top.node, met.get(value) ?? 0);
        continue;
      }
      walk.pop();
      leave(top.node);
      const above = walk.at(-1);
      if (above !== undefined) lower(above.node, earliest.get(top.node) ?? Infinity);
    }
  }
  return found;
}
