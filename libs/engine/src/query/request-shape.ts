/**
 * A request without its values: an ApiRequest in, what all requests of its shape have in common out, and its own values.
 * A value that could change a statement's text (a limit, a json key, a cast) is no value here but part of the shape.
 */
import type { ApiRequest } from '../api-request/api-request.js';
import type { Payload } from '../api-request/payload.js';
import type { AtPath, Filter, LogicTree, Operation } from '../api-request/query-params/ast.js';
import type { QueryParams } from '../api-request/query-params/query-params.js';
import { withoutNul } from '../identifiers.js';
import { payloadShape } from '../plan/plan-call.js';
import type { Range } from '../range.js';
import type { SqlValue } from '../sql-executor.js';
import { operandOf } from './filter-sql.js';

export interface RequestShape {
  /** Equal for two requests exactly when they differ in values only. */
  readonly key: string;
  /** The client wrote what looks like a mark where no value stands: such a shape is not to be kept. */
  readonly forged: () => boolean;
  /** What goes to PostgreSQL for each mark, in the order of the marks. */
  readonly values: readonly SqlValue[];
  /** Index of the JSON payload among them; undefined without one. */
  readonly payloadAt: number | undefined;
  /** The request with a mark for each value, and nothing of what only settings and headers of the answer need. */
  readonly marked: () => ApiRequest;
}

const markText = 'perch-mark-';
const markDigits = '4815162342';

export function shapeOf(request: ApiRequest): RequestShape {
  const marks = new Marks();
  const { queryParams, topLevelRange, preferences, payload } = request;
  const params: QueryParams = {
    select: queryParams.select,
    columns: queryParams.columns,
    onConflict: queryParams.onConflict,
    hasOddFilters: queryParams.hasOddFilters,
    filters: queryParams.filters.map((filter) => atPath(filter, marks.filter(filter.value))),
    logic: queryParams.logic.map((tree) => atPath(tree, marks.logic(tree.value))),
    orders: queryParams.orders,
    ranges: queryParams.ranges,
    topLevelRange: queryParams.topLevelRange,
    args: marks.pairs(queryParams.args),
  };
  const markedPayload = payload === undefined ? undefined : marks.payload(payload);
  const skips = topLevelRange.offset !== 0n;
  const offset = skips ? marks.offset(topLevelRange.offset) : 0n;
  // JSON has no bigint. Every field stands here, so that a new one cannot be forgotten.
  const paramsKey: Readonly<Record<keyof QueryParams, unknown>> = {
    ...params,
    ranges: params.ranges.map(({ name, value }) => [name, rangeKey(value)]),
    // Only whether there is one counts: the request's own range has the figures.
    topLevelRange: [params.topLevelRange.limit !== undefined, params.topLevelRange.offset !== 0n],
  };
  const fields: Readonly<Record<keyof ApiRequest, unknown>> = {
    method: request.method,
    path: undefined,
    query: undefined,
    action: request.action,
    schema: request.schema,
    showsProfile: request.showsProfile,
    queryParams: paramsKey,
    topLevelRange: [topLevelRange.limit?.toString(), skips],
    preferences: { ...preferences, timezone: undefined, maxAffected: preferences.maxAffected?.toString() },
    payload: markedPayload?.kind === 'raw' ? 'raw' : markedPayload,
    columns: request.columns,
    accept: request.accept,
    contentType: request.contentType,
    headers: undefined,
  };
  const key = JSON.stringify(fields);
  return {
    key,
    forged: () => occurrences(key, markText) !== marks.shownInKey(markedPayload) || key.includes(markDigits),
    values: marks.values,
    payloadAt: marks.payloadAt,
    marked: () => ({
      ...request,
      path: '',
      query: '',
      headers: [],
      queryParams: params,
      topLevelRange: { limit: topLevelRange.limit, offset },
      preferences: { ...preferences, timezone: undefined },
      payload: markedPayload,
    }),
  };
}

function occurrences(text: string, of: string): number {
  return text.split(of).length - 1;
}

function atPath<T>({ path }: AtPath<T>, value: T): AtPath<T> {
  return { path, value };
}

function rangeKey({ limit, offset }: Range): string {
  return `${limit}+${offset}`;
}

/** The index of the mark that a parameter of a marked request is; undefined where it is none. */
export function markIn(value: SqlValue): number | undefined {
  if (value === null) return undefined;
  // A list, a text, the start of an object or an offset below zero; one mark and nothing else.
  const [, text, digits] =
    /^(?:\{"|\{)?(?:perch-mark-(\d+)|-4815162342(\d{4,}))(?:"\})?$/.exec(value.toString('latin1')) ?? [];
  const index = text ?? digits;
  return index === undefined ? undefined : Number(index);
}

class Marks {
  readonly values: SqlValue[] = [];
  payloadAt: number | undefined;
  private hasOffset = false;

  filter({ field, negated, operation }: Filter): Filter {
    return { field, negated, operation: this.operation(operation) };
  }

  logic(tree: LogicTree): LogicTree {
    if (tree.kind === 'filter') return { kind: 'filter', filter: this.filter(tree.filter) };
    const { kind, operator, negated, children } = tree;
    return { kind, operator, negated, children: children.map((child) => this.logic(child)) };
  }

  pairs(pairs: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
    return pairs.map(([name, value]) => [name, this.mark(withoutNul(value))]);
  }

  payload(payload: Payload): Payload {
    switch (payload.kind) {
      case 'json':
      case 'unparsed-json': {
        this.payloadAt = this.values.length;
        const mark = this.mark(payload.json);
        return { ...payload, json: payloadShape(payload) === 'object' ? `{${mark}` : mark };
      }
      case 'form':
        return { kind: 'form', pairs: this.pairs(payload.pairs) };
      case 'raw':
        return { kind: 'raw', body: Buffer.from(this.mark(payload.body)) };
    }
  }

  /** At most once. */
  offset(offset: bigint): bigint {
    this.hasOffset = true;
    const index = this.values.push(offset.toString()) - 1;
    return BigInt(`-${markDigits}${String(index).padStart(4, '0')}`);
  }

  /** Every text, but neither the offset nor bytes. */
  shownInKey(payload: Payload | undefined): number {
    return this.values.length - (this.hasOffset ? 1 : 0) - (payload?.kind === 'raw' ? 1 : 0);
  }

  private operation(operation: Operation): Operation {
    switch (operation.kind) {
      case 'is':
        return operation;
      case 'in':
        return { kind: 'in', values: [this.mark(operandOf(operation))] };
      case 'fts':
        return {
          kind: 'fts',
          operator: operation.operator,
          language: operation.language === undefined ? undefined : this.mark(operation.language),
          value: this.mark(operandOf(operation)),
        };
      case 'quantifiable': {
        const { kind, operator, quantifier } = operation;
        return { kind, operator, quantifier, value: this.mark(operandOf(operation)) };
      }
      case 'simple':
        return { kind: 'simple', operator: operation.operator, value: this.mark(operandOf(operation)) };
      case 'is-distinct-from':
        return { kind: 'is-distinct-from', value: this.mark(operandOf(operation)) };
    }
  }

  private mark(value: SqlValue): string {
    return `${markText}${this.values.push(value) - 1}`;
  }
}
