/**
 * Constraints and the columns that views copy in, out: every way in which an exposed table or view shows a key. Pure.
 *
 * A view that copies a column twice shows a key twice; a view over a view shows what that one shows.
 */
import type { CopiedColumn } from './view-columns.js';

/** A constraint's column numbers, on the table with this oid. */
export interface BaseKey {
  readonly relation: string;
  readonly columns: readonly number[];
}

/** Where a key's columns are, in the key's order. */
export interface ShownKey {
  readonly relation: string;
  readonly columns: readonly number[];
}

/** A view that shows one key in more ways than this is not taken further: 2 columns shown 16 times each. */
const MAX_WAYS_PER_VIEW = 256;

/** Column numbers of views by the base table's column that they show in the end. */
type ViewColumns = ReadonlyMap<number, readonly number[]>;

export class KeyEnds {
  /** Base table's oid -> view's oid -> base column -> view's columns. */
  private readonly byBase = new Map<string, Map<string, Map<number, number[]>>>();

  constructor(
    private readonly isExposed: (relation: string) => boolean,
    private readonly copies: ReadonlyMap<string, readonly CopiedColumn[]>,
  ) {
    for (const view of copies.keys()) {
      if (isExposed(view)) this.add(view);
    }
  }

  /** The table itself when it is exposed, then every exposed view that has all columns of the key. */
  shown(key: BaseKey): readonly ShownKey[] {
    const ends: ShownKey[] = this.isExposed(key.relation) ? [{ relation: key.relation, columns: key.columns }] : [];
    for (const [view, columns] of this.byBase.get(key.relation) ?? []) {
      for (const way of waysToShow(key, columns)) ends.push({ relation: view, columns: way });
    }
    return ends;
  }

  private add(view: string): void {
    for (const { column } of this.copies.get(view) ?? []) {
      const base = this.origin(view, column);
      if (base === undefined) continue;
      const views = getOrInsert(this.byBase, base.relation, () => new Map<string, Map<number, number[]>>());
      const columns = getOrInsert(views, view, () => new Map<number, number[]>());
      getOrInsert(columns, base.column, () => []).push(column);
    }
  }

  /**
   * Follows copies down to a relation that is no view; undefined where an expression lies between, and for views that read
   * one another in a circle: `create or replace view` makes them, and a way longer than there are views goes round in one.
   */
  private origin(view: string, column: number): { relation: string; column: number } | undefined {
    let at = { relation: view, column };
    for (let step = 0; step <= this.copies.size; step++) {
      const copies = this.copiesOf(at.relation);
      if (copies === undefined) return at;
      const copy = copies.get(at.column);
      if (copy === undefined) return undefined;
      at = { relation: copy.originRelation, column: copy.originColumn };
    }
    return undefined;
  }

  private readonly columnsOfView = new Map<string, ReadonlyMap<number, CopiedColumn>>();

  private copiesOf(relation: string): ReadonlyMap<number, CopiedColumn> | undefined {
    const copies = this.copies.get(relation);
    if (copies === undefined) return undefined;
    return getOrInsert(this.columnsOfView, relation, () => new Map(copies.map((copy) => [copy.column, copy])));
  }
}

/** Every combination of a view column for each of the key's columns; none when one is missing. */
function waysToShow(key: BaseKey, columns: ViewColumns): readonly (readonly number[])[] {
  let ways: (readonly number[])[] = [[]];
  for (const column of key.columns) {
    const choices = columns.get(column) ?? [];
    ways = ways.flatMap((way) => choices.map((choice) => [...way, choice])).slice(0, MAX_WAYS_PER_VIEW);
  }
  return ways;
}

function getOrInsert<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const present = map.get(key);
  if (present !== undefined) return present;
  const made = make();
  map.set(key, made);
  return made;
}
