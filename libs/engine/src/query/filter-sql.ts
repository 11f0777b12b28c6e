/** Conditions on rows: resolved logic trees in, a WHERE clause out. Values are parameters, left to PostgreSQL to type. */
import {
  ftsOperators,
  quantifiableOperators,
  simpleOperators,
  type QuantifiableOperator,
} from '../api-request/query-params/operators.js';
import type { IsValue, Operation } from '../api-request/query-params/ast.js';
import { assertNever } from '../error/engine-error.js';
import { withoutNul, type QualifiedIdentifier } from '../identifiers.js';
import type { ResolvedField, ResolvedLogicTree } from '../plan/resolved-field.js';
import { fieldSql } from './field-sql.js';
import { empty, ident, isEmpty, join, param, qualified, raw, sql, type SqlFragment } from './sql.js';

type EmbedPresence = Extract<ResolvedLogicTree, { kind: 'embed-presence' }>;

/** How a filter on a whole embed is asked; in a query with the embed's join, of the join. */
export type PresenceSql = (presence: EmbedPresence) => SqlFragment;

/** ` where ...` with a leading blank, or nothing. `more` are further conditions. */
export function whereSql(
  trees: readonly ResolvedLogicTree[],
  of: QualifiedIdentifier,
  more: readonly SqlFragment[] = [],
  presenceSql: PresenceSql = joinedPresence,
): SqlFragment {
  const conditions = join([...more, ...trees.map((tree) => conditionSql(tree, of, presenceSql))], ' and ');
  return isEmpty(conditions) ? empty : sql` where ${conditions}`;
}

function conditionSql(tree: ResolvedLogicTree, of: QualifiedIdentifier, presenceSql: PresenceSql): SqlFragment {
  switch (tree.kind) {
    case 'group': {
      const children = tree.children.map((child) => conditionSql(child, of, presenceSql));
      const group = sql`(${join(children, tree.operator === 'and' ? ' and ' : ' or ')})`;
      return tree.negated ? sql`not ${group}` : group;
    }
    case 'filter': {
      const comparison = comparisonSql(tree.field, tree.operation, of);
      return tree.negated ? sql`not ${comparison}` : comparison;
    }
    case 'embed-presence':
      return presenceSql(tree);
    default:
      return assertNever(tree);
  }
}

/** A to-one embed is absent as a row of nothing but nulls that no row stands behind; a to-many one as a null aggregate. */
function joinedPresence({ lateralAlias, toOne, present }: EmbedPresence): SqlFragment {
  const alias = ident(lateralAlias);
  const subject = toOne ? alias : sql`${alias}.${alias}`;
  return present ? sql`${subject} is distinct from null` : sql`${subject} is not distinct from null`;
}

function comparisonSql(field: ResolvedField, operation: Operation, of: QualifiedIdentifier): SqlFragment {
  const subject = fieldSql(field, of);
  switch (operation.kind) {
    case 'simple':
      return sql`${subject} ${raw(simpleOperators[operation.operator])} ${valueSql(field, operandOf(operation))}`;
    case 'quantifiable': {
      const { operator, quantifier } = operation;
      const value = isPattern(operator) ? param(operandOf(operation)) : valueSql(field, operandOf(operation));
      const right = quantifier === undefined ? value : sql`${raw(quantifier)} (${value})`;
      return sql`${subject} ${raw(quantifiableOperators[operator])} ${right}`;
    }
    case 'in':
      return sql`${subject} = any (${listSql(field, operandOf(operation))})`;
    case 'is':
      return sql`${subject} is ${isKeywords[operation.value]}`;
    case 'is-distinct-from':
      return sql`${subject} is distinct from ${param(operandOf(operation))}`;
    case 'fts': {
      const language = operation.language === undefined ? empty : sql`${param(operation.language)}, `;
      // Of a column that nobody knows (a computed one, or of a function's rows) no type is guessed: it is compared as it is.
      const known = field.baseType !== undefined && field.baseType !== 'tsvector';
      const document = known ? sql`to_tsvector(${language}${subject})` : subject;
      return sql`${document} @@ ${raw(ftsOperators[operation.operator])}(${language}${param(operandOf(operation))})`;
    }
    default:
      return assertNever(operation);
  }
}

/** What a comparison's value is as a parameter: as with PostgREST, it ends where a NUL stands in it. */
export function operandOf(operation: Exclude<Operation, { kind: 'is' }>): string {
  switch (operation.kind) {
    case 'quantifiable':
      return withWildcards(operation.operator, withoutNul(operation.value));
    case 'in':
      return arrayLiteral(operation.values.map(withoutNul));
    case 'simple':
    case 'is-distinct-from':
    case 'fts':
      return withoutNul(operation.value);
    default:
      return assertNever(operation);
  }
}

const isKeywords: Readonly<Record<IsValue, SqlFragment>> = {
  null: sql`null`,
  not_null: sql`not null`,
  true: sql`true`,
  false: sql`false`,
  unknown: sql`unknown`,
};

/** A domain with a representation reads the text by its own function. */
function valueSql({ representation }: ResolvedField, value: string): SqlFragment {
  return representation === undefined ? param(value) : sql`${qualified(representation)}(${param(value)})`;
}

/** One array parameter, so that the text does not depend on the number of values. */
function listSql({ representation }: ResolvedField, values: string): SqlFragment {
  const list = param(values);
  return representation === undefined
    ? list
    : sql`array(select ${qualified(representation)}(pgrst_value) from unnest(${list}::text[]) pgrst_value)`;
}

/** A list of nothing, and one of a single empty text (`in.()` and `in.("")` are the same to a URL), matches nothing. */
function arrayLiteral(values: readonly string[]): string {
  if (values.length === 1 && values[0] === '') return '{}';
  return `{${values.map((value) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;
}

function withWildcards(operator: QuantifiableOperator, value: string): string {
  return isPattern(operator) ? value.replaceAll('*', '%') : value;
}

/** A pattern is no value of the column's type: a representation could not read it. */
function isPattern(operator: QuantifiableOperator): boolean {
  return operator === 'like' || operator === 'ilike';
}
