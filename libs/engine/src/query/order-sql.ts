/** Order terms in, an ORDER BY clause out. */
import type { QualifiedIdentifier } from '../identifiers.js';
import type { PlannedOrder } from '../plan/read-plan.js';
import { fieldSql } from './field-sql.js';
import { empty, join, raw, sql, type SqlFragment } from './sql.js';

/** ` order by ...` with a leading blank, or nothing. */
export function orderSql(order: readonly PlannedOrder[], of: QualifiedIdentifier): SqlFragment {
  if (order.length === 0) return empty;
  return sql` order by ${join(
    order.map((term) => termSql(term, of)),
    ', ',
  )}`;
}

function termSql(term: PlannedOrder, of: QualifiedIdentifier): SqlFragment {
  return sql`${orderKeySql(term, of)}${orderWaySql(term)}`;
}

/** What is ordered by. */
export function orderKeySql({ lateralAlias, field }: PlannedOrder, of: QualifiedIdentifier): SqlFragment {
  return fieldSql(field, lateralAlias === undefined ? of : { schema: '', name: lateralAlias });
}

/** In which direction, with a leading blank, or nothing. */
export function orderWaySql({ direction, nulls }: PlannedOrder): SqlFragment {
  const way = direction === undefined ? empty : raw(` ${direction}`);
  return nulls === undefined ? way : sql`${way}${raw(` nulls ${nulls}`)}`;
}
