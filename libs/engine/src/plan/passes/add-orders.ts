/** Fourth pass: order terms, of a node's own columns and of the columns of its to-one embeds. */
import type { OrderTerm } from '../../api-request/query-params/ast.js';
import { engineError } from '../../error/engine-error.js';
import type { SchemaCache } from '../../schema-cache/schema-cache.js';
import { embedName, type EmbedNode, type PlannedOrder, type ReadNode, type ReadPlan } from '../read-plan.js';
import { resolveField, type FieldContext } from '../resolved-field.js';
import type { RequestNode } from './init-read-plan.js';

/**
 * @param tree what `plan` was made of: its embeds are in the same order
 * @throws PGRST108 order by an embed that is not selected
 * @throws PGRST118 order by an embed with many rows
 */
export function addOrders(plan: ReadPlan, tree: RequestNode, schema: SchemaCache): ReadPlan {
  if (!isOrdered(tree)) return plan;
  // At every level, as with PostgREST: types only tell whether a path leads into json, and elsewhere to_jsonb does no harm.
  const context = { schema, table: schema.table(plan.relation) };
  return {
    ...plan,
    order: tree.order.map((term) => planOrder(term, plan, context)),
    embeds: embedOrders(plan, tree, context),
  };
}

function isOrdered({ order, embeds }: RequestNode): boolean {
  return order.length > 0 || embeds.some(isOrdered);
}

function embedOrders(node: ReadNode, tree: RequestNode, context: FieldContext): readonly EmbedNode[] {
  return node.embeds.map((embed, index) => {
    const request = tree.embeds[index];
    if (request === undefined) return embed;
    return {
      ...embed,
      order: request.order.map((term) => planOrder(term, embed, context)),
      embeds: embedOrders(embed, request, context),
    };
  });
}

/** Rows of a computed relationship are told by the table whose rows they are. */
function originName(node: ReadNode | EmbedNode): string {
  return 'relationship' in node ? node.relationship.target.name : node.from.name;
}

function planOrder(term: OrderTerm, node: ReadNode, context: FieldContext): PlannedOrder {
  const { direction, nulls } = term;
  if (term.kind === 'field') {
    return { lateralAlias: undefined, field: resolveField(term.field, 'order', context), direction, nulls };
  }
  const embed = node.embeds.find((candidate) => embedName(candidate) === term.relation);
  if (embed === undefined) throw engineError('PGRST108', { name: term.relation });
  if (!embed.toOne) throw engineError('PGRST118', { origin: originName(node), relation: term.relation });
  // What the subquery calls so may be a cast or a rename: its type is not the column's, and a path takes it for json.
  const unknown = resolveField(term.field, 'order', { ...context, table: undefined });
  const field = term.field.path.length === 0 ? unknown : { ...unknown, type: 'json' };
  return { lateralAlias: embed.lateralAlias, field, direction, nulls };
}
