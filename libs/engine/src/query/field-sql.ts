/** A field as an expression: its column, the way into its json, and the function that shows a domain's value. */
import type { JsonStep } from '../api-request/query-params/ast.js';
import { withoutNul, type QualifiedIdentifier } from '../identifiers.js';
import type { ResolvedField } from '../plan/resolved-field.js';
import { column, join, param, qualified, raw, sql, type SqlFragment } from './sql.js';

const jsonTypes: ReadonlySet<string | undefined> = new Set(['json', 'jsonb']);

/** @param of what qualifies the column */
export function fieldSql(field: ResolvedField, of: QualifiedIdentifier): SqlFragment {
  const bare = column(of, field.name);
  if (field.path.length === 0) return bare;
  // json as it is, or an index on the expression would not be used. A domain over json is no json to PostgREST.
  const value = jsonTypes.has(field.type) ? bare : sql`to_jsonb(${bare})`;
  return join([value, ...field.path.map(stepSql)], '');
}

/** As it is shown: by the domain's function where it has one. */
export function shownFieldSql(field: ResolvedField, of: QualifiedIdentifier): SqlFragment {
  const value = fieldSql(field, of);
  return field.representation === undefined ? value : sql`${qualified(field.representation)}(${value})`;
}

/** A step's operand is a value like any other: the text stays the same whatever key is asked for. */
function stepSql({ result, operand }: JsonStep): SqlFragment {
  const arrow = raw(result === 'text' ? '->>' : '->');
  return operand.kind === 'key'
    ? sql`${arrow}${param(withoutNul(operand.key))}`
    : sql`${arrow}${param(operand.index)}::int`;
}
