/** Seventh pass: output names where PostgreSQL would choose another one: for json paths and domain representations. */
import type { JsonPath } from '../../api-request/query-params/ast.js';
import { mapNodes, type ReadPlan, type SelectedField } from '../read-plan.js';

export function addAliases(plan: ReadPlan): ReadPlan {
  return mapNodes(plan, (node) => (node.select.some(needsAlias) ? { ...node, select: node.select.map(named) } : node));
}

function needsAlias(item: SelectedField): boolean {
  return (
    item.kind === 'field' &&
    item.alias === undefined &&
    item.aggregate === undefined &&
    (item.field.path.length > 0 || item.field.representation !== undefined)
  );
}

function named(item: SelectedField): SelectedField {
  if (item.kind !== 'field' || !needsAlias(item)) return item;
  return { ...item, alias: lastKey(item.field.path) ?? item.field.name };
}

/** `doc->a->b->0` is called `b`, `doc->0` is called `doc`. */
function lastKey(path: JsonPath): string | undefined {
  const step = path.findLast(({ operand }) => operand.kind === 'key');
  return step?.operand.kind === 'key' ? step.operand.key : undefined;
}
