/** The query string as a value: raw text in; selects, filters, orders, ranges and the canonical form out. */
import type { Range } from '../../range.js';
import type { AtPath, Filter, LogicTree, OrderTerm, SelectItem } from './ast.js';

export interface QueryParams {
  /** Sorted and encoded again, without the question mark; what Content-Location shows. */
  readonly canonical: string;
  /** Empty means every column. */
  readonly select: readonly SelectItem[];
  /** Names of `columns=`, without duplicates; undefined when absent. */
  readonly columns: readonly string[] | undefined;
  readonly onConflict: readonly string[] | undefined;
  /** Joined by AND, in the order of the query string. */
  readonly filters: readonly AtPath<Filter>[];
  readonly logic: readonly AtPath<LogicTree>[];
  /** At most one per path. */
  readonly orders: readonly AtPath<readonly OrderTerm[]>[];
  /** At most one per path, never of the top level: that is `ApiRequest.topLevelRange`. */
  readonly ranges: readonly AtPath<Range>[];
  /** Range of the top level by `limit` and `offset` alone, before the Range header. */
  readonly topLevelRange: Range;
  /** Function arguments of a GET or HEAD on a function, in order; a repeated name is a variadic argument. */
  readonly args: readonly (readonly [name: string, value: string])[];
}
