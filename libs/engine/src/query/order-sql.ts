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

function termSql({ lateralAlias, field, direction, nulls }: PlannedOrder, of: QualifiedIdentifier): SqlFragment {
  const subject = fieldSql(field, lateralAlias === undefined ? of : { schema: '', name: lateralAlias });
  const way = direction === undefined ? empty : raw(` ${direction}`);
  return sql`${subject}${way}${nulls === undefined ? empty : raw(` nulls ${nulls}`)}`;
}
