/** The query string as a value: raw text in; selects, filters, orders and ranges out. */
import { allRows, type Range } from '../../range.js';
import type { AtPath, EmbedPath, Field, Filter, LogicTree, OrderTerm, SelectItem } from './ast.js';
import { decodeQuery } from './decode-query.js';
import { parseColumns } from './parse-columns.js';
import { parseNames } from './parse-field-name.js';
import { parseFilterOrArgument, parseFilterValue } from './parse-filter.js';
import { parseInteger } from './parse-integer.js';
import { parseJsonPath } from './parse-json-path.js';
import { parseLogic } from './parse-logic.js';
import { parseOrder } from './parse-order.js';
import { parseSelect } from './parse-select.js';
import { Scanner } from './scanner.js';

export interface QueryParams {
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

/**
 * @param raw without the question mark, still percent-encoded
 * @param withArguments on a GET or HEAD of a function: what is no condition is an argument
 * @throws PGRST100 a parameter cannot be parsed
 * @throws PERCH100 the bytes are not UTF-8
 */
export function parseQueryParams(raw: string, withArguments: boolean): QueryParams {
  const reading = new Reading(withArguments);
  for (const [name, value] of decodeQuery(raw)) reading.read(name, value);
  return reading.result();
}

/** What has been read so far. */
class Reading {
  private select: readonly SelectItem[] | undefined;
  private columns: readonly string[] | undefined;
  private onConflict: readonly string[] | undefined;
  private readonly filters: AtPath<Filter>[] = [];
  private readonly logic: AtPath<LogicTree>[] = [];
  private readonly orders = new Map<string, AtPath<readonly OrderTerm[]>>();
  private readonly pages = new Map<string, AtPath<{ offset?: bigint; limit?: bigint }>>();
  private readonly args: (readonly [string, string])[] = [];
  private readonly seen = new Set<string>();

  constructor(private readonly withArguments: boolean) {}

  /** The last segment of a name, as text, says what a parameter is: `"order"` with quotes is a column. */
  read(name: string, value: string | undefined): void {
    if (name === 'select' || name === 'columns' || name === 'on_conflict') {
      if (!this.seen.has(name)) this.readOnce(name, value);
      this.seen.add(name);
      return;
    }
    if (value === undefined) return;
    const dot = name.lastIndexOf('.');
    const segment = name.slice(dot + 1);
    const prefix = dot < 0 ? '' : name.slice(0, dot);
    switch (segment) {
      case 'and':
      case 'or':
        return this.readLogic(segment, prefix, value);
      case 'order':
        return this.readOrder(prefix, value);
      case 'limit':
      case 'offset':
        return this.readPage(segment, prefix, value);
      default:
        return this.readFilter(name, value);
    }
  }

  /** Of these the first counts, and only it is parsed. */
  private readOnce(name: 'select' | 'columns' | 'on_conflict', value: string | undefined): void {
    if (name === 'select') this.select = parseSelect(value ?? '');
    else if (value === undefined) return;
    else if (name === 'columns') this.columns = [...new Set(parseColumns(name, value))];
    else this.onConflict = parseColumns(name, value);
  }

  /** A `not` anywhere before the operator negates and is no embed. */
  private readLogic(operator: 'and' | 'or', prefix: string, value: string): void {
    const names = pathOf(prefix);
    const path = names.filter((name) => name !== 'not');
    this.logic.push({ path, value: parseLogic(operator, path.length < names.length, value) });
  }

  private readOrder(prefix: string, value: string): void {
    const path = pathOf(prefix);
    const terms = parseOrder(value);
    const key = path.join('\0');
    if (!this.orders.has(key)) this.orders.set(key, { path, value: terms });
  }

  /** The last one counts, also when it is no number. */
  private readPage(bound: 'limit' | 'offset', prefix: string, value: string): void {
    const path = pathOf(prefix);
    const key = path.join('\0');
    const page = this.pages.get(key) ?? { path, value: {} };
    const number = parseInteger(value);
    if (number === undefined) delete page.value[bound];
    else page.value[bound] = number;
    this.pages.set(key, page);
  }

  private readFilter(name: string, value: string): void {
    const { path, field } = parseKey(name);
    const condition = this.withArguments ? parseFilterOrArgument(value) : parseFilterValue(value);
    if (condition === undefined) this.args.push([name, value]);
    else this.filters.push({ path, value: { field, ...condition } });
  }

  result(): QueryParams {
    const ranges = [...this.pages.values()].map(({ path, value }): AtPath<Range> => {
      return { path, value: { offset: value.offset ?? 0n, limit: value.limit } };
    });
    return {
      select: this.select ?? [],
      columns: this.columns,
      onConflict: this.onConflict,
      filters: this.filters,
      logic: this.logic,
      orders: [...this.orders.values()],
      ranges: ranges.filter(({ path }) => path.length > 0),
      topLevelRange: ranges.find(({ path }) => path.length === 0)?.value ?? allRows,
      args: this.args,
    };
  }
}

function pathOf(prefix: string): EmbedPath {
  return prefix === '' ? [] : parseNames(new Scanner(prefix, 'tree path'));
}

/** `embed.sub.column->key`; what follows a complete key is ignored. */
function parseKey(key: string): { readonly path: EmbedPath; readonly field: Field } {
  const scanner = new Scanner(key, 'tree path');
  const names = parseNames(scanner);
  return { path: names.slice(0, -1), field: { name: names.at(-1) ?? '', path: parseJsonPath(scanner) } };
}
