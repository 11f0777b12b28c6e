/**
 * A raw request without the values of its plain conditions and arguments: an EngineRequest in, what all requests that differ
 * in these values alone have in common out, and the values. Nothing is parsed: what is not plain stays in the outline.
 */
import { decodeQueryText } from '../api-request/query-params/decode-query.js';
import type { QuantifiableOperator } from '../api-request/query-params/operators.js';
import { parseFilterValue } from '../api-request/query-params/parse-filter.js';
import type { EngineRequest } from '../engine-request.js';
import { EngineError } from '../error/engine-error.js';
import { operandOf } from './filter-sql.js';

export interface RequestOutline {
  /** Method, path, query with holes, and the headers that the dialect reads. */
  readonly key: string;
  /** What goes to PostgreSQL for each hole, in the order of the query string. */
  readonly values: readonly string[];
}

/** In a key, where a value was: a query string cannot hold it unencoded. */
const hole = '\x01';
/** Other headers are only shown to SQL. */
const dialectHeaders: ReadonlySet<string> = new Set([
  'accept',
  'accept-profile',
  'content-profile',
  'content-type',
  'prefer',
  'range',
]);
const control = /[\x00-\x1f]/;
/** A last segment that makes a parameter something else than a condition. */
const reserved: ReadonlySet<string> = new Set([
  'select',
  'columns',
  'on_conflict',
  'and',
  'or',
  'order',
  'limit',
  'offset',
]);

/** undefined for a query that has to be parsed to tell what is in it, or what is wrong with it. */
export function outlineOf({ method, path, query, headers }: EngineRequest): RequestOutline | undefined {
  if (query.includes(';') || control.test(query)) return undefined;
  const values: string[] = [];
  // Between path and query: a path may hold all else.
  let key = `${method} ${path}?`;
  if (query !== '') {
    for (const part of partsOf(query, takesArguments(method, path))) {
      key += part.kept;
      if (part.hole === undefined) continue;
      const value = valueOf(part.hole);
      if (value === undefined) return undefined;
      key += hole;
      values.push(value);
    }
  }
  for (const [name, value] of headers) if (dialectHeaders.has(name)) key += `\n${name}:${value}`;
  return { key, values };
}

/** The same query with the text that `mark` makes in the place of each value. */
export function markedQuery({ method, path, query }: EngineRequest, mark: (index: number) => string): string {
  let marked = '';
  let index = 0;
  for (const part of partsOf(query, takesArguments(method, path))) {
    marked += part.kept.slice(marked === '' ? 1 : 0);
    if (part.hole === undefined) continue;
    marked += part.hole.kind === 'list' ? `(${mark(index)})` : mark(index);
    index += 1;
  }
  return marked;
}

/** How a hole's text becomes the value that goes to PostgreSQL. */
interface Hole {
  readonly kind: 'text' | 'pattern' | 'list';
  /** Still encoded. */
  readonly text: string;
}

interface Part {
  /** With the separator before it. */
  readonly kept: string;
  readonly hole: Hole | undefined;
}

function partsOf(query: string, withArguments: boolean): readonly Part[] {
  const parts: Part[] = [];
  for (let from = 0; from <= query.length;) {
    const separator = query.indexOf('&', from);
    const end = separator < 0 ? query.length : separator;
    parts.push(partOf(query.slice(from, end), withArguments));
    from = end + 1;
  }
  return parts;
}

const plainCondition = /(?:not\.)?(?:eq|neq|gte?|lte?|i?match|cs|cd|ov|sl|sr|nxr|nxl|adj)\./y;
const patternCondition = /(?:not\.)?i?like\./y;
const listCondition = /(?:not\.)?in\.(?=\()/y;
/** Nothing that could be the start of a condition, decoded or not. */
const plainArgument = /(?![^.(]*%)(?!not\.|[a-z]+[.(])/y;

function partOf(item: string, withArguments: boolean): Part {
  const equals = item.indexOf('=');
  if (equals > 0 && isPlainName(item, equals)) {
    const from = equals + 1;
    const at = endOf(plainCondition, item, from);
    if (at >= 0) return cut(item, at, 'text');
    const pattern = endOf(patternCondition, item, from);
    if (pattern >= 0) return cut(item, pattern, 'pattern');
    const list = endOf(listCondition, item, from);
    if (list >= 0) return cut(item, list, 'list');
    if (withArguments && endOf(plainArgument, item, from) >= 0) return cut(item, from, 'text');
  }
  return { kept: `&${item}`, hole: undefined };
}

function isPlainName(item: string, end: number): boolean {
  const name = item.slice(0, end);
  return !name.includes('%') && !name.includes('+') && !reserved.has(name.slice(name.lastIndexOf('.') + 1));
}

/** Behind what the sticky expression finds at `from`; -1 when it finds nothing there. */
function endOf(sticky: RegExp, text: string, from: number): number {
  sticky.lastIndex = from;
  return sticky.test(text) ? sticky.lastIndex : -1;
}

function cut(item: string, at: number, kind: Hole['kind']): Part {
  return { kept: `&${item.slice(0, at)}`, hole: { kind, text: item.slice(at) } };
}

/** Of a GET or HEAD on a function what is no condition is an argument. */
function takesArguments(method: string, path: string): boolean {
  return (method === 'GET' || method === 'HEAD') && path.startsWith('/rpc/');
}

const anyPattern: QuantifiableOperator = 'like';

/** undefined for what is not UTF-8, and for a list that does not close. */
function valueOf({ kind, text }: Hole): string | undefined {
  try {
    const value = decodeQueryText(text);
    switch (kind) {
      case 'text':
        return value;
      case 'pattern':
        return operandOf({ kind: 'quantifiable', operator: anyPattern, quantifier: undefined, value });
      case 'list': {
        const { operation } = parseFilterValue(`in.${value}`);
        return operation.kind === 'in' ? operandOf(operation) : undefined;
      }
    }
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}
