/** Plans what is read: the request's select, filters, orders and ranges and the schema cache in, a ReadPlan out. */
import type { ApiConfig } from '../api-config.js';
import type { ApiRequest } from '../api-request/api-request.js';
import type { AtPath, SelectItem } from '../api-request/query-params/ast.js';
import type { QualifiedIdentifier } from '../identifiers.js';
import type { SchemaCache } from '../schema-cache/schema-cache.js';
import { addAliases } from './passes/add-aliases.js';
import { addEmbedSelects } from './passes/add-embed-selects.js';
import { addNullEmbedFilters } from './passes/add-null-embed-filters.js';
import { addOrders } from './passes/add-orders.js';
import { attachToEmbeds } from './passes/attach-to-embeds.js';
import { expandStars } from './passes/expand-stars.js';
import { initReadPlan } from './passes/init-read-plan.js';
import { resolveRelationships } from './passes/resolve-relationships.js';
import { restrictRange } from './passes/restrict-range.js';
import { validateAggregates } from './passes/validate-aggregates.js';
import type { ReadPlan } from './read-plan.js';

export interface ReadInput {
  readonly request: Pick<ApiRequest, 'queryParams' | 'topLevelRange'>;
  readonly schema: SchemaCache;
  readonly config: Pick<ApiConfig, 'useLegacyTargetNames' | 'aggregatesEnabled' | 'maxRows' | 'maxToManyDepth'>;
  /** Table or view that the rows are of (of a function: its row type, else its own name). */
  readonly relation: QualifiedIdentifier;
  /**
   * Where the rows come from. `relation`: read from it. `changed`: rows of a mutation in `sourceCte`, whose own filters are
   * not for the read, nor any range. `returned`: rows of a called function in `sourceCte`, with filters and range.
   */
  readonly rows: 'relation' | 'changed' | 'returned';
}

/**
 * @throws PGRST108 a filter, order or range for an embed that is not selected
 * @throws PGRST118 order by an embed with many rows
 * @throws PGRST123 aggregates while the configuration has them off
 * @throws PGRST127 aggregates in a to-many spread
 * @throws PGRST200, PGRST201 no or several relationships for an embed
 * @throws PERCH200, PERCH203 too many embeds, or to-many ones within one another
 */
export function planRead({ request, schema, config, relation, rows }: ReadInput): ReadPlan {
  const { queryParams } = request;
  const changed = rows === 'changed';
  // An empty select reads whole rows, too; what a mutation has to return is only known of one that is not empty.
  const tree = initReadPlan(changed && queryParams.select.length === 0 ? wholeRows : queryParams.select);
  if (!changed) tree.range = request.topLevelRange;
  const attached = changed
    ? { ...queryParams, filters: belowTop(queryParams.filters), logic: belowTop(queryParams.logic), ranges: [] }
    : queryParams;
  const legacyNames = attachToEmbeds(tree, attached, config.useLegacyTargetNames);
  const root = {
    relation,
    fromSource: rows !== 'relation',
    schemaName: relation.schema,
    legacyNames,
    maxToManyDepth: config.maxToManyDepth,
  };

  let plan = resolveRelationships(tree, root, schema);
  plan = addOrders(plan, tree, schema);
  plan = addNullEmbedFilters(plan);
  plan = expandStars(plan, schema);
  plan = addAliases(plan);
  plan = validateAggregates(plan, config.aggregatesEnabled);
  plan = addEmbedSelects(plan);
  return changed ? plan : restrictRange(plan, config.maxRows);
}

const wholeRows: readonly SelectItem[] = [{ kind: 'star' }];

function belowTop<T>(items: readonly AtPath<T>[]): readonly AtPath<T>[] {
  return items.filter(({ path }) => path.length > 0);
}
