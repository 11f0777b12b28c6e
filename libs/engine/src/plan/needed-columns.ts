/** What a read from `sourceCte` must find there, so that the mutation or call returns just that: a ReadPlan in, names out. */
import type { Relationship } from '../schema-cache/relationship.js';
import type { NeededColumns, ReadNode, ReadPlan } from './read-plan.js';
import type { ResolvedLogicTree } from './resolved-field.js';

/** Columns that are shown or joined on, sorted: CSV is headed by them. Not those that are only ordered by, which PostgREST leaves out too. */
export function neededColumns(plan: ReadPlan): NeededColumns {
  if (plan.select.length === 0 && plan.embeds.length === 0) return undefined;
  const names = new Set<string>();
  for (const item of plan.select) {
    if (item.kind === 'star' || item.kind === 'count') return undefined;
    if (item.kind === 'field') names.add(item.field.name);
  }
  for (const { relationship } of plan.embeds) {
    if (relationship.kind === 'computed') return undefined;
    for (const [left] of originColumns(relationship)) names.add(left);
  }
  return [...names].sort();
}

/**
 * With the columns that a called function's rows are filtered by. Those that an embed is filtered by are asked of the rows
 * themselves, too, as PostgREST does; PostgreSQL says so where there is no such column.
 */
export function withFiltered(needed: NeededColumns, plan: ReadPlan): NeededColumns {
  if (needed === undefined) return undefined;
  const names = new Set(needed);
  addAllFiltered(plan, names);
  return [...names].sort();
}

function addAllFiltered({ where, embeds }: ReadNode, names: Set<string>): void {
  for (const tree of where) addFiltered(tree, names);
  for (const embed of embeds) addAllFiltered(embed, names);
}

function originColumns(
  relationship: Exclude<Relationship, { kind: 'computed' }>,
): readonly (readonly [string, string])[] {
  return relationship.kind === 'many-to-many' ? relationship.originColumns : relationship.columns;
}

function addFiltered(tree: ResolvedLogicTree, names: Set<string>): void {
  switch (tree.kind) {
    case 'group':
      for (const child of tree.children) addFiltered(child, names);
      return;
    case 'filter':
      names.add(tree.field.name);
      return;
    case 'embed-presence':
      names.add(tree.lateralAlias);
      return;
  }
}
