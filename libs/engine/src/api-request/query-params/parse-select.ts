/**
 * The `select` parameter: text in, the tree of columns, aggregates, embeds and spreads out.
 *
 * What follows a complete list is ignored, as is a text that does not begin with an item at all; the recorded dialect is that
 * tolerant, and clients rely on it.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/tables_views.html#vertical-filtering
 * @see https://docs.postgrest.org/en/v16/references/api/resource_embedding.html
 */
import { EngineError } from '../../error/engine-error.js';
import type { Aggregate, JoinType, SelectItem } from './ast.js';
import { aggregateFunctions, type AggregateFunction } from './operators.js';
import { expectedName, parseName, parseWord } from './parse-field-name.js';
import { parseJsonPath } from './parse-json-path.js';
import { maxDepth, Scanner } from './scanner.js';

const expectedItem = `"...", ${expectedName}, "*" or "count()"`;

/** @throws PGRST100 */
export function parseSelect(text: string): readonly SelectItem[] {
  return parseItems(new Scanner(text, 'select parameter'), 0);
}

/** Items between commas; none when the text does not begin like one. */
function parseItems(scanner: Scanner, depth: number): readonly SelectItem[] {
  const items: SelectItem[] = [];
  do {
    const item = parseItem(scanner, depth);
    if (item === undefined) {
      if (items.length === 0) return items;
      scanner.fail(expectedItem);
    }
    items.push(item);
  } while (scanner.take(','));
  return items;
}

/** One item; undefined, with the scanner where it was, when nothing of one is here. */
function parseItem(scanner: Scanner, depth: number): SelectItem | undefined {
  if (scanner.at('...')) return parseSpread(scanner, depth);
  if (scanner.take('*')) return { kind: 'star' };
  if (!beginsName(scanner)) return undefined;
  const start = scanner.position;
  const alias = parseAlias(scanner);
  if (scanner.take('count()')) return { kind: 'count', alias, cast: parseCast(scanner) };
  const name = parseName(scanner);
  const params = scanner.position;
  const relation = parseRelation(scanner, name, depth);
  if (relation !== undefined) return { kind: 'relation', name, alias, ...relation };
  scanner.position = params;
  return parseColumn(scanner, name, alias, start);
}

function beginsName(scanner: Scanner): boolean {
  return scanner.peek() === '\t' || scanner.peek() === '"' || /^[\p{L}0-9_$ ]/u.test(characterAt(scanner));
}

function characterAt({ text, position }: Scanner): string {
  const code = text.codePointAt(position);
  return code === undefined ? '' : String.fromCodePoint(code);
}

/** `alias:`, but not the first colon of a cast. */
function parseAlias(scanner: Scanner): string | undefined {
  const start = scanner.position;
  const name = parseName(scanner);
  if (scanner.peek() === ':' && !scanner.at('::')) {
    scanner.position += 1;
    return name;
  }
  scanner.position = start;
  return undefined;
}

function parseSpread(scanner: Scanner, depth: number): SelectItem | undefined {
  const start = scanner.position;
  try {
    scanner.expect('...');
    const name = parseName(scanner);
    const relation = parseRelation(scanner, name, depth);
    if (relation !== undefined) return { kind: 'spread', name, ...relation };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
  scanner.position = start;
  return undefined;
}

interface RelationParts {
  readonly hint: string | undefined;
  readonly joinType: JoinType | undefined;
  readonly select: readonly SelectItem[];
}

/** `!hint!inner(items)` behind a name; undefined when no parenthesis opens. `count(` is kept for the aggregate. */
function parseRelation(scanner: Scanner, name: string, depth: number): RelationParts | undefined {
  const params = parseEmbedParams(scanner);
  if (params === undefined || scanner.peek() !== '(' || name === 'count') return undefined;
  if (depth >= maxDepth) scanner.fail(`at most ${maxDepth} levels of parentheses`);
  scanner.position += 1;
  const select = parseItems(scanner, depth + 1);
  if (scanner.peek() !== ')') scanner.fail(select.length === 0 ? `${expectedItem} or ")"` : '")" or ","');
  scanner.position += 1;
  const end = scanner.position;
  scanner.skipBlanks();
  if (scanner.peek() !== ',' && scanner.peek() !== ')') scanner.position = end;
  return { ...params, select };
}

/** At most two of `!name`: a join type and a hint, in either order; undefined when one is malformed. */
function parseEmbedParams(scanner: Scanner): Omit<RelationParts, 'select'> | undefined {
  let hint: string | undefined;
  let joinType: JoinType | undefined;
  for (let count = 0; count < 2 && scanner.peek() === '!'; count++) {
    scanner.position += 1;
    if (!beginsName(scanner)) return undefined;
    const name = parseName(scanner);
    if (name === 'inner' || name === 'left') joinType ??= name;
    else hint ??= name;
  }
  return { hint, joinType };
}

/** `name->path::cast.sum()::cast`, up to a comma, a closing parenthesis or the end. */
function parseColumn(scanner: Scanner, name: string, alias: string | undefined, start: number): SelectItem {
  const path = parseJsonPath(scanner);
  const cast = parseCast(scanner);
  const aggregateName = parseAggregateName(scanner);
  // A second cast without an aggregate is read over.
  const aggregateCast = parseCast(scanner);
  if (!scanner.atEnd && scanner.peek() !== ',' && scanner.peek() !== ')') {
    scanner.fail(
      scanner.peek() === ':' && scanner.position > start
        ? '"::"'
        : 'letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input',
    );
  }
  const aggregate: Aggregate | undefined =
    aggregateName === undefined ? undefined : { function: aggregateName, cast: aggregateCast };
  return { kind: 'field', field: { name, path }, alias, cast, aggregate };
}

/** `::type`. The closed set of characters is what keeps the type from being anything else once it stands in SQL. */
function parseCast(scanner: Scanner): string | undefined {
  if (!scanner.take('::')) return undefined;
  const type = parseWord(scanner).trim();
  if (type === '') scanner.fail('letter, digit, "_", "$" or space');
  return type;
}

function parseAggregateName(scanner: Scanner): AggregateFunction | undefined {
  if (!scanner.take('.')) return undefined;
  const name = aggregateFunctions.find((candidate) => scanner.take(candidate));
  if (name === undefined) scanner.fail('"sum", "avg", "count", "max" or "min"');
  scanner.expect('()');
  return name;
}
