/** What a read from `sourceCte` must find there, so that the mutation or call returns just that: a ReadPlan in, names out. */
import type { Relationship } from '../schema-cache/relationship.js';
import type { NeededColumns, ReadPlan } from './read-plan.js';
import type { ResolvedLogicTree } from './resolved-field.js';

/** Columns that are shown, filtered by or joined on; not those that are only ordered by, which PostgREST leaves out too. */
export function neededColumns(plan: ReadPlan): NeededColumns {
  if (plan.select.length === 0 && plan.embeds.length === 0) return undefined;
  const names = new Set<string>();
  for (const item of plan.select) {
    if (item.kind === 'star') return undefined;
    if (item.kind === 'field') names.add(item.field.name);
  }
  for (const { relationship } of plan.embeds) {
    if (relationship.kind === 'computed') return undefined;
    for (const [left] of originColumns(relationship)) names.add(left);
  }
  for (const tree of plan.where) addFiltered(tree, names);
  return [...names];
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
