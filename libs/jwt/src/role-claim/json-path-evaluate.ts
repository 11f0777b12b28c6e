/**
 * A JSONPath query and a document in, the values that it selects out, in document order. The work is bounded: a query that
 * visits too much finds nothing, since the process serves others as well.
 */
import { assertNever } from '@perch/engine';
import { isJsonArray, isJsonObject, memberOf, type JsonValue } from '../json-value.js';
import { compileIRegexp, IRegexp } from './i-regexp.js';
import type {
  Comparable,
  ComparisonOperator,
  FilterExpression,
  JsonPathQuery,
  Segment,
  Selector,
} from './json-path.js';

/** Values that one evaluation may look at or select: far above what claims of 32 kB need. */
const MAX_VISITS = 20_000;

/** Steps of a regular expression that weigh as much as one value. */
const STEPS_PER_VISIT = 50;

interface Context {
  readonly root: JsonValue;
  visits: number;
}

export function evaluateJsonPath(query: JsonPathQuery, root: JsonValue): readonly JsonValue[] {
  const context: Context = { root, visits: 0 };
  const found = select(query, root, context);
  return exhausted(context) ? [] : found;
}

function exhausted(context: Context): boolean {
  context.visits += 1;
  return context.visits > MAX_VISITS;
}

function select(query: JsonPathQuery, current: JsonValue, context: Context): readonly JsonValue[] {
  let values: readonly JsonValue[] = [query.start === 'root' ? context.root : current];
  for (const segment of query.segments) {
    const found: JsonValue[] = [];
    for (const value of values) applySegment(segment, value, context, found);
    values = found;
  }
  return values;
}

function applySegment(segment: Segment, value: JsonValue, context: Context, found: JsonValue[]): void {
  for (const selector of segment.selectors) {
    for (const selected of applySelector(selector, value, context)) {
      if (exhausted(context)) return;
      found.push(selected);
    }
  }
  if (segment.kind === 'child') return;
  for (const child of childrenOf(value)) {
    if (exhausted(context)) return;
    applySegment(segment, child, context, found);
  }
}

function applySelector(selector: Selector, value: JsonValue, context: Context): readonly JsonValue[] {
  switch (selector.kind) {
    case 'name':
      return isJsonObject(value) ? present(memberOf(value, selector.name)) : [];
    case 'wildcard':
      return childrenOf(value);
    case 'index':
      return isJsonArray(value) ? present(value.at(selector.index)) : [];
    case 'slice':
      return isJsonArray(value) ? slice(value, selector.start, selector.end, selector.step) : [];
    case 'filter':
      return childrenOf(value).filter((child) => holds(selector.filter, child, context));
    default:
      return assertNever(selector);
  }
}

const present = (value: JsonValue | undefined): readonly JsonValue[] => (value === undefined ? [] : [value]);

function childrenOf(value: JsonValue): readonly JsonValue[] {
  if (isJsonArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

/** @see https://www.rfc-editor.org/rfc/rfc9535#section-2.3.4.2.2 */
function slice(
  items: readonly JsonValue[],
  start: number | undefined,
  end: number | undefined,
  step: number,
): readonly JsonValue[] {
  if (step === 0) return [];
  const count = items.length;
  const bound = (index: number | undefined, fallback: number, low: number, high: number) => {
    if (index === undefined) return fallback;
    return Math.min(Math.max(index >= 0 ? index : count + index, low), high);
  };
  const result: JsonValue[] = [];
  const add = (index: number) => result.push(...present(items[index]));
  if (step > 0) {
    const upper = bound(end, count, 0, count);
    for (let index = bound(start, 0, 0, count); index < upper; index += step) add(index);
  } else {
    const lower = bound(end, -1, -1, count - 1);
    for (let index = bound(start, count - 1, -1, count - 1); index > lower; index += step) add(index);
  }
  return result;
}

function holds(filter: FilterExpression, current: JsonValue, context: Context): boolean {
  if (exhausted(context)) return false;
  switch (filter.kind) {
    case 'or':
      return filter.operands.some((operand) => holds(operand, current, context));
    case 'and':
      return filter.operands.every((operand) => holds(operand, current, context));
    case 'not':
      return !holds(filter.operand, current, context);
    case 'exists':
      return select(filter.query, current, context).length > 0;
    case 'comparison':
      return compare(filter.operator, valueOf(filter.left, current, context), valueOf(filter.right, current, context));
    case 'regexp': {
      const subject = valueOf(filter.subject, current, context);
      const pattern = regexpOf(filter.pattern, current, context);
      if (typeof subject !== 'string' || pattern === undefined) return false;
      context.visits += pattern.stepsFor(subject.length) / STEPS_PER_VISIT;
      return !exhausted(context) && pattern.test(subject, filter.whole);
    }
    default:
      return assertNever(filter);
  }
}

function regexpOf(pattern: IRegexp | Comparable, current: JsonValue, context: Context): IRegexp | undefined {
  if (pattern instanceof IRegexp) return pattern;
  const text = valueOf(pattern, current, context);
  return typeof text === 'string' ? compileIRegexp(text) : undefined;
}

function valueOf(comparable: Comparable, current: JsonValue, context: Context): JsonValue | undefined {
  switch (comparable.kind) {
    case 'literal':
      return comparable.value;
    case 'single': {
      const values = select(comparable.query, current, context);
      return values.length === 1 ? values[0] : undefined;
    }
    case 'count':
      return select(comparable.query, current, context).length;
    case 'length': {
      const value = valueOf(comparable.of, current, context);
      if (typeof value === 'string') return [...value].length;
      if (isJsonArray(value)) return value.length;
      return isJsonObject(value) ? Object.keys(value).length : undefined;
    }
    default:
      return assertNever(comparable);
  }
}

/** Nothing equals nothing; only numbers and texts have an order. */
function compare(operator: ComparisonOperator, left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  switch (operator) {
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case '<':
      return less(left, right);
    case '>':
      return less(right, left);
    case '<=':
      return less(left, right) || equal(left, right);
    case '>=':
      return less(right, left) || equal(left, right);
    default:
      return assertNever(operator);
  }
}

function less(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  return typeof left === 'string' && typeof right === 'string' && left < right;
}

function equal(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (isJsonArray(left) && isJsonArray(right)) {
    return left.length === right.length && left.every((item, index) => equal(item, right[index]));
  }
  if (isJsonObject(left) && isJsonObject(right)) {
    const names = Object.keys(left);
    return (
      names.length === Object.keys(right).length &&
      names.every((name) => Object.hasOwn(right, name) && equal(left[name], right[name]))
    );
  }
  return left === right;
}
