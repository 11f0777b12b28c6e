/** Plans what is read: the request's select, filters, orders and ranges and the schema cache in, a ReadPlan out. */
import type { ApiConfig } from '../api-config.js';
import type { ApiRequest } from '../api-request/api-request.js';
import { InternalError } from '../error/engine-error.js';
import type { QualifiedIdentifier } from '../identifiers.js';
import type { SchemaCache } from '../schema-cache/schema-cache.js';
import type { NeededColumns, ReadPlan } from './read-plan.js';

export interface ReadInput {
  readonly request: ApiRequest;
  readonly schema: SchemaCache;
  readonly config: ApiConfig;
  /** Table or view that the rows are of (of a function: its row type, else its own name). */
  readonly relation: QualifiedIdentifier;
  /**
   * Where the rows come from. `relation`: read from it. `changed`: rows of a mutation in `sourceCte`, whose own filters and
   * range are not for the read. `returned`: rows of a called function in `sourceCte`, with filters and range.
   */
  readonly rows: 'relation' | 'changed' | 'returned';
}

/**
 * @throws PGRST108 a filter, order or range for an embed that is not selected
 * @throws PGRST118 order by an embed with many rows
 * @throws PGRST123 aggregates while the configuration has them off
 * @throws PGRST127 aggregates in a to-many spread
 * @throws PGRST200, PGRST201 no or several relationships for an embed
 */
export function planRead(_input: ReadInput): ReadPlan {
  throw new InternalError('not there yet');
}

/** What a read from `sourceCte` must find there: what it shows, filters by and joins on. */
export function neededColumns(_plan: ReadPlan): NeededColumns {
  throw new InternalError('not there yet');
}
