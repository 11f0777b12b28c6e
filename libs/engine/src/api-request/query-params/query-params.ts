/** The query string as a value: raw text in; selects, filters, orders and ranges out. */
import { allRows, type Range } from '../../range.js';
import type { AtPath, EmbedPath, Field, Filter, LogicTree, OrderTerm, SelectItem } from './ast.js';
import { decodeQuery } from './decode-query.js';
import { logicPath, treePath } from './diagnosis/grammar.js';
import { parseColumns } from './parse-columns.js';
import { parseNames } from './parse-field-name.js';
import { parseFilterOrArgument, parseFilterValue } from './parse-filter.js';
import { parseInteger } from './parse-integer.js';
import { parseJsonPath } from './parse-json-path.js';
import { parseLogic } from './parse-logic.js';
import { parseOrder } from './parse-order.js';
import { parseSelect } from './parse-select.js';
import { parse } from './scanner.js';

export interface QueryParams {
  /** Every column when there is no such parameter; empty when it selects nothing. */
  readonly select: readonly SelectItem[];
  /** Names of `columns=`, without duplicates; undefined when absent. */
  readonly columns: readonly string[] | undefined;
  readonly onConflict: readonly string[] | undefined;
  /** Joined by AND, in the order of the query string. */
  readonly filters: readonly AtPath<Filter>[];
  /** Set when a filter is written as anything but the bare name of a column: an embed, a JSON path, quotes or blanks. */
  readonly hasOddFilters: true | undefined;
  readonly logic: readonly AtPath<LogicTree>[];
  /** At most one per path. */
  readonly orders: readonly AtPath<readonly OrderTerm[]>[];
  /** Never of the top level: that is `ApiRequest.topLevelRange`. */
  readonly ranges: readonly NamedRange[];
  /** Range of the top level by `limit` and `offset` alone, before the Range header. */
  readonly topLevelRange: Range;
  /** Function arguments of a GET or HEAD on a function, in order; a repeated name is a variadic argument. */
  readonly args: readonly (readonly [name: string, value: string])[];
}

/** `limit` and `offset` of an embed. */
export interface NamedRange {
  /** `a.b.limit`, as sent, for both: what is wrong with it is told late, by `parsePathOf`. */
  readonly name: string;
  readonly value: Range;
}

/**
 * @param raw without the question mark, still percent-encoded
 * @param withArguments on a GET or HEAD of a function: what is no condition is an argument
 * @throws PGRST100 a parameter cannot be parsed
 * @throws PERCH100 the bytes are not UTF-8
 */
export function parseQueryParams(raw: string, withArguments: boolean): QueryParams {
  const sorted = sortPairs(decodeQuery(raw));
  // In the order in which the mistakes of several parameters are told.
  const orders = parseOrders(sorted.orders);
  const logic = sorted.logic.map(parseLogicParameter);
  const columns = sorted.columns === undefined ? undefined : [...new Set(parseColumns('columns', sorted.columns))];
  const select = sorted.select === undefined ? everything : parseSelect(sorted.select);
  const filters: AtPath<Filter>[] = [];
  const args: TextPair[] = [];
  let hasOddFilters: true | undefined;
  for (const [name, value] of sorted.others) {
    const { path, field } = parseKey(name);
    if (name !== field.name) hasOddFilters = true;
    const condition = withArguments ? parseFilterOrArgument(value) : parseFilterValue(value);
    if (condition === undefined) args.push([field.name, value]);
    else filters.push({ path, value: { field, ...condition } });
  }
  const onConflict = sorted.onConflict === undefined ? undefined : parseColumns('on_conflict', sorted.onConflict);
  const ranges = readPages(sorted.pages);
  return {
    select,
    columns,
    onConflict,
    filters,
    hasOddFilters,
    logic,
    orders,
    ranges: ranges.filter(({ name }) => name !== 'limit'),
    topLevelRange: ranges.find(({ name }) => name === 'limit')?.value ?? allRows,
    args,
  };
}

const everything: readonly SelectItem[] = [{ kind: 'star' }];
const topLevel: EmbedPath = [];

/** Parameters by what they are for, as decoded text. Names ending in a reserved word keep it: an error repeats them whole. */
interface Sorted {
  select: string | undefined;
  columns: string | undefined;
  onConflict: string | undefined;
  readonly logic: TextPair[];
  readonly orders: TextPair[];
  readonly pages: (readonly [bound: 'limit' | 'offset', name: string, value: string])[];
  readonly others: TextPair[];
}

type TextPair = readonly [name: string, value: string];

/** The last segment of a name, as text, says what a parameter is: `"order"` with quotes is a column. */
function sortPairs(pairs: readonly (readonly [name: string, value: string | undefined])[]): Sorted {
  const sorted: Sorted = {
    select: undefined,
    columns: undefined,
    onConflict: undefined,
    logic: [],
    orders: [],
    pages: [],
    others: [],
  };
  const seen = new Set<string>();
  for (const [name, value] of pairs) {
    if (name === 'select' || name === 'columns' || name === 'on_conflict') {
      // Of these the first counts, also when it has no value.
      if (!seen.has(name)) sorted[name === 'on_conflict' ? 'onConflict' : name] = value;
      seen.add(name);
    } else if (value !== undefined) {
      sortPair(sorted, name, value);
    }
  }
  return sorted;
}

function sortPair(sorted: Sorted, name: string, value: string): void {
  const segment = name.slice(name.lastIndexOf('.') + 1);
  switch (segment) {
    case 'and':
    case 'or':
      sorted.logic.push([name, value]);
      return;
    case 'order':
      sorted.orders.push([name, value]);
      return;
    case 'limit':
    case 'offset':
      sorted.pages.push([segment, name, value]);
      return;
    default:
      sorted.others.push([name, value]);
  }
}

/** A `not` anywhere before the operator negates and is no embed. */
function parseLogicParameter([name, value]: TextPair): AtPath<LogicTree> {
  const names = parse({ subject: 'logic path', grammar: logicPath }, name, parseNames);
  const path = names.slice(0, -1).filter((segment) => segment !== 'not');
  return { path, value: parseLogic(names.at(-1) ?? '', names.includes('not'), value) };
}

/** At most one per path: the first. */
function parseOrders(pairs: readonly TextPair[]): readonly AtPath<readonly OrderTerm[]>[] {
  const orders = new Map<string, AtPath<readonly OrderTerm[]>>();
  for (const [name, value] of pairs) {
    const path = name === 'order' ? topLevel : parseKey(name).path;
    const key = path.join('\0');
    const terms = parseOrder(value);
    if (!orders.has(key)) orders.set(key, { path, value: terms });
  }
  return [...orders.values()];
}

/** The last bound of a name counts, also when it is no number. */
function readPages(pages: Sorted['pages']): readonly NamedRange[] {
  const bounds = new Map<string, { limit?: string; offset?: string }>();
  for (const [bound, name, value] of pages) {
    const key = `${name.slice(0, -bound.length)}limit`;
    bounds.set(key, { ...bounds.get(key), [bound]: value });
  }
  return [...bounds].map(([name, { limit, offset }]) => ({ name, value: rangeOf(limit, offset) }));
}

/** The embed that a range is for. @throws PGRST100 */
export function parsePathOf({ name }: NamedRange): EmbedPath {
  return parseKey(name).path;
}

/** A limit that is no number is none; but beside an offset it is 0. */
function rangeOf(limitText: string | undefined, offsetText: string | undefined): Range {
  const limit = limitText === undefined ? undefined : parseInteger(limitText);
  const unread = limitText !== undefined && offsetText !== undefined ? 0n : undefined;
  return { offset: (offsetText === undefined ? undefined : parseInteger(offsetText)) ?? 0n, limit: limit ?? unread };
}

/** `embed.sub.column->key`; what follows a complete key is ignored. */
function parseKey(key: string): { readonly path: EmbedPath; readonly field: Field } {
  return parse({ subject: 'tree path', grammar: treePath }, key, (scanner) => {
    const names = parseNames(scanner);
    return { path: names.slice(0, -1), field: { name: names.at(-1) ?? '', path: parseJsonPath(scanner) } };
  });
}
