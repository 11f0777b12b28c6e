/**
 * The `select` parameter: text in, the tree of columns, aggregates, embeds and spreads out.
 *
 * What follows a complete list is ignored, as is a text that does not begin with an item at all; the recorded dialect is that
 * tolerant, and clients rely on it.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/tables_views.html#vertical-filtering
 * @see https://docs.postgrest.org/en/v16/references/api/resource_embedding.html
 */
import type { Aggregate, JoinType, SelectItem } from './ast.js';
import { select } from './diagnosis/grammar.js';
import { aggregateFunctions, type AggregateFunction } from './operators.js';
import { parseName, parseWord } from './parse-field-name.js';
import { parseJsonPath } from './parse-json-path.js';
import { parse, type Scanner } from './scanner.js';

/** @throws PGRST100 */
export function parseSelect(text: string): readonly SelectItem[] {
  return parse({ subject: 'select parameter', grammar: select }, text, (scanner) => parseItems(scanner, 0));
}

/** Items between commas; none when the text does not begin like one. */
function parseItems(scanner: Scanner, depth: number): readonly SelectItem[] {
  const items: SelectItem[] = [];
  for (;;) {
    const item = parseItem(scanner, depth);
    if (item === undefined) {
      if (items.length === 0) return items;
      scanner.giveUp();
    }
    items.push(item);
    const end = scanner.position;
    scanner.skipBlanks();
    if (!scanner.take(',')) {
      if (scanner.position > end) scanner.giveUp();
      return items;
    }
    scanner.skipBlanks();
  }
}

/** One item; undefined when nothing of one is here. */
function parseItem(scanner: Scanner, depth: number): SelectItem | undefined {
  const start = scanner.position;
  scanner.skipBlanks();
  const hasBlanks = scanner.position > start;
  if (scanner.at('...')) {
    const spread = scanner.attempt(() => parseSpreadHead(scanner));
    if (spread !== undefined) return { kind: 'spread', ...spread, select: parseEmbedded(scanner, depth) };
  }
  if (scanner.peek() === '*') {
    scanner.position += 1;
    if (atItemEnd(scanner)) return { kind: 'star' };
    scanner.position -= 1;
  }
  if (!beginsName(scanner)) return hasBlanks ? scanner.giveUp() : undefined;
  const alias = parseAlias(scanner);
  const count = scanner.attempt(() => parseCount(scanner, alias));
  if (count !== undefined) return count;
  const relation = scanner.attempt(() => parseRelationHead(scanner));
  if (relation !== undefined) return { kind: 'relation', alias, ...relation, select: parseEmbedded(scanner, depth) };
  return parseColumn(scanner, alias);
}

const nameStart = /["\p{L}0-9_$ ]/uy;

function beginsName(scanner: Scanner): boolean {
  nameStart.lastIndex = scanner.position;
  return nameStart.test(scanner.text);
}

function atItemEnd(scanner: Scanner): boolean {
  return scanner.atEnd || scanner.peek() === ',' || scanner.peek() === ')';
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

/** `count()::type` */
function parseCount(scanner: Scanner, alias: string | undefined): SelectItem | undefined {
  if (!scanner.take('count()')) return undefined;
  const cast = parseCast(scanner);
  return atItemEnd(scanner) ? { kind: 'count', alias, cast } : undefined;
}

interface RelationHead {
  readonly name: string;
  readonly hint: string | undefined;
  readonly joinType: JoinType | undefined;
}

/** `...name!hint!inner`, up to a parenthesis. */
function parseSpreadHead(scanner: Scanner): RelationHead | undefined {
  scanner.expect('...');
  const name = parseName(scanner);
  return parseHead(scanner, name);
}

/** `name!hint!inner`, up to a parenthesis. `count(` is kept for the aggregate. */
function parseRelationHead(scanner: Scanner): RelationHead | undefined {
  const name = parseName(scanner);
  return name === 'count' ? undefined : parseHead(scanner, name);
}

function parseHead(scanner: Scanner, name: string): RelationHead | undefined {
  const params = parseEmbedParams(scanner);
  return scanner.peek() === '(' ? { name, ...params } : undefined;
}

/** `(items)` */
function parseEmbedded(scanner: Scanner, depth: number): readonly SelectItem[] {
  scanner.giveUpIfDeep(depth);
  scanner.expect('(');
  const select = parseItems(scanner, depth + 1);
  scanner.expect(')');
  return select;
}

/**
 * At most two of `!name`: a join type and a hint, in either order; of two of a kind the first counts. A hint that begins like
 * a join type has to be quoted.
 */
function parseEmbedParams(scanner: Scanner): Omit<RelationHead, 'name'> {
  let hint: string | undefined;
  let joinType: JoinType | undefined;
  for (let count = 0; count < 2 && scanner.take('!'); count++) {
    const type = scanner.take('left') ? 'left' : scanner.take('inner') ? 'inner' : undefined;
    if (type !== undefined) joinType ??= type;
    else {
      const name = parseName(scanner);
      hint ??= name;
    }
  }
  return { hint, joinType };
}

/** `name->path::cast.sum()::cast`, up to a comma, a closing parenthesis or the end. */
function parseColumn(scanner: Scanner, alias: string | undefined): SelectItem {
  scanner.skipBlanks();
  const name = parseName(scanner);
  const path = parseJsonPath(scanner);
  scanner.skipBlanks();
  const cast = parseCast(scanner);
  const aggregateName = parseAggregateName(scanner);
  // A second cast without an aggregate is read over.
  const aggregateCast = parseCast(scanner);
  if (!atItemEnd(scanner)) scanner.giveUp();
  // Quoted it is a star all the same, as with PostgREST.
  if (name === '*' && path.length === 0 && (alias ?? cast ?? aggregateName) === undefined) return { kind: 'star' };
  const aggregate: Aggregate | undefined =
    aggregateName === undefined ? undefined : { function: aggregateName, cast: aggregateCast };
  return { kind: 'field', field: { name, path }, alias, cast, aggregate };
}

/** `::type`. The closed set of characters is what keeps the type from being anything else once it stands in SQL. */
function parseCast(scanner: Scanner): string | undefined {
  if (!scanner.take('::')) return undefined;
  const type = parseWord(scanner);
  return type === '' ? scanner.giveUp() : type.trim();
}

function parseAggregateName(scanner: Scanner): AggregateFunction | undefined {
  if (!scanner.take('.')) return undefined;
  const name = aggregateFunctions.find((candidate) => scanner.take(candidate));
  if (name === undefined) scanner.giveUp();
  scanner.expect('()');
  return name;
}
