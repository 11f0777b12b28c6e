/**
 * The `order` parameter: `a.desc.nullslast,b->>key,rel(c)` in, the terms out.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/tables_views.html#ordering
 */
import type { OrderDirection, OrderTerm } from './ast.js';
import { parseName } from './parse-field-name.js';
import { parseField, parseJsonPath } from './parse-json-path.js';
import { Scanner } from './scanner.js';

/** @throws PGRST100 */
export function parseOrder(text: string): readonly OrderTerm[] {
  const scanner = new Scanner(text, 'order');
  const terms: OrderTerm[] = [];
  do terms.push(parseTerm(scanner));
  while (scanner.take(','));
  return terms;
}

function parseTerm(scanner: Scanner): OrderTerm {
  const name = parseName(scanner);
  const field = parseRelated(scanner);
  if (field !== undefined) return { kind: 'relation', relation: name, field, ...parseDirection(scanner) };
  const path = parseJsonPath(scanner);
  return { kind: 'field', field: { name, path }, ...parseDirection(scanner) };
}

/** `(field)` behind a relation's name. */
function parseRelated(scanner: Scanner) {
  const start = scanner.position;
  if (!scanner.take('(')) return undefined;
  if (scanner.peek() === ')') scanner.fail('field name', start);
  const field = parseField(scanner);
  if (!scanner.take(')')) scanner.fail('")"');
  return field;
}

function parseDirection(scanner: Scanner): OrderDirection {
  let direction: OrderDirection['direction'];
  let nulls: OrderDirection['nulls'];
  if (scanner.take('.')) {
    direction = scanner.take('asc') ? 'asc' : scanner.take('desc') ? 'desc' : undefined;
    if (direction === undefined) {
      nulls = parseNulls(scanner);
      if (nulls === undefined) scanner.fail('"asc", "desc", "nullsfirst" or "nullslast"');
    } else if (scanner.take('.')) {
      nulls = parseNulls(scanner);
      if (nulls === undefined) scanner.fail('"nullsfirst" or "nullslast"');
    }
  }
  if (!scanner.atEnd && scanner.peek() !== ',') scanner.fail('delimiter (.), "," or end of input');
  return { direction, nulls };
}

function parseNulls(scanner: Scanner): OrderDirection['nulls'] {
  return scanner.take('nullsfirst') ? 'first' : scanner.take('nullslast') ? 'last' : undefined;
}
