/** Eighth pass: refuses aggregates that the configuration or the shape of the read does not allow. */
import { engineError } from '../../error/engine-error.js';
import { isAggregate, type EmbedNode, type ReadNode, type ReadPlan } from '../read-plan.js';

/**
 * @throws PGRST123 the configuration has aggregates off
 * @throws PGRST127 an aggregate in a to-many spread, also by way of a to-one spread inside it
 */
export function validateAggregates(plan: ReadPlan, allowed: boolean): ReadPlan {
  validate(plan, false, allowed);
  return plan;
}

function validate(node: ReadNode, inToManySpread: boolean, allowed: boolean): void {
  if (node.select.some(isAggregate)) {
    if (!allowed) throw engineError('PGRST123');
    if (inToManySpread) {
      throw engineError('PGRST127', {
        feature: 'Aggregates are not implemented for one-to-many or many-to-many spreads.',
      });
    }
  }
  for (const embed of node.embeds) validate(embed, isInToManySpread(embed, inToManySpread), allowed);
}

function isInToManySpread(embed: EmbedNode, parentIs: boolean): boolean {
  return embed.spread && (!embed.toOne || parentIs);
}
