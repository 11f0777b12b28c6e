/** Last pass: no node returns more than `db-max-rows` rows. */
import { mapNodes, type ReadPlan } from '../read-plan.js';

/** @param maxRows undefined for no bound */
export function restrictRange(plan: ReadPlan, maxRows: number | undefined): ReadPlan {
  if (maxRows === undefined) return plan;
  const bound = BigInt(maxRows);
  return mapNodes(plan, (node) =>
    node.range.limit !== undefined && node.range.limit <= bound
      ? node
      : { ...node, range: { ...node.range, limit: bound } },
  );
}
