/** Ninth pass: what each embed shows in its parent: one json value, its columns spread out, or (when empty) nothing. */
import { embedName, mapNodes, type EmbedNode, type EmbedSelect, type ReadPlan } from '../read-plan.js';
import { hoistSpreadAggregates } from './hoist-spread-aggregates.js';

export function addEmbedSelects(plan: ReadPlan): ReadPlan {
  return mapNodes(plan, (node) => {
    if (node.embeds.length === 0) return node;
    const embeds: EmbedNode[] = [];
    const embedSelect: EmbedSelect[] = [];
    for (const embed of node.embeds) {
      const { lateralAlias, toOne } = embed;
      if (embed.spread) {
        const hoisted = hoistSpreadAggregates(embed);
        embeds.push(hoisted.embed);
        if (hoisted.columns.length > 0) {
          embedSelect.push({ kind: 'spread', lateralAlias, toOne, columns: hoisted.columns });
        }
        continue;
      }
      embeds.push(embed);
      if (showsSomething(embed)) embedSelect.push({ kind: 'json', lateralAlias, output: embedName(embed), toOne });
    }
    return { ...node, embeds, embedSelect };
  });
}

function showsSomething({ select, embedSelect }: EmbedNode): boolean {
  return select.length > 0 || embedSelect.length > 0;
}
