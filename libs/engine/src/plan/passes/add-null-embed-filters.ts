/** Fifth pass: `embed=is.null` and `embed=not.is.null` ask whether an embed has rows, not what a column holds. */
import { embedName, mapNodes, type EmbedNode, type ReadPlan } from '../read-plan.js';
import type { ResolvedLogicTree } from '../resolved-field.js';

/** Any other operator, `is.not_null` too, on an embed's name stays a filter on a column of that name; PostgreSQL says that there is none. */
export function addNullEmbedFilters(plan: ReadPlan): ReadPlan {
  return mapNodes(plan, (node) =>
    node.embeds.length === 0 || node.where.length === 0
      ? node
      : { ...node, where: node.where.map((tree) => rewrite(tree, node.embeds)) },
  );
}

function rewrite(tree: ResolvedLogicTree, embeds: readonly EmbedNode[]): ResolvedLogicTree {
  switch (tree.kind) {
    case 'group':
      return { ...tree, children: tree.children.map((child) => rewrite(child, embeds)) };
    case 'filter': {
      const { field, operation, negated } = tree;
      if (field.path.length > 0 || operation.kind !== 'is') return tree;
      if (operation.value !== 'null') return tree;
      const embed = embeds.find((candidate) => embedName(candidate) === field.name);
      if (embed === undefined) return tree;
      return {
        kind: 'embed-presence',
        lateralAlias: embed.lateralAlias,
        toOne: embed.toOne,
        present: negated,
      };
    }
    case 'embed-presence':
      return tree;
  }
}
