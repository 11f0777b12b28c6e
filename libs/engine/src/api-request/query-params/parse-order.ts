/**
 * The `order` parameter: `a.desc.nullslast,b->>key,rel(c)` in, the terms out.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/tables_views.html#ordering
 */
import type { Field, OrderDirection, OrderTerm } from './ast.js';
import { order } from './diagnosis/grammar.js';
import { parseName } from './parse-field-name.js';
import { parseField, parseJsonPath } from './parse-json-path.js';
import { parse, type Scanner } from './scanner.js';

/** @throws PGRST100 */
export function parseOrder(text: string): readonly OrderTerm[] {
  return parse({ subject: 'order', grammar: order }, text, (scanner) => {
    const terms: OrderTerm[] = [];
    do terms.push(parseTerm(scanner));
    while (scanner.take(','));
    return terms;
  });
}

function parseTerm(scanner: Scanner): OrderTerm {
  scanner.skipBlanks();
  const name = parseName(scanner);
  const field = parseRelated(scanner);
  if (field !== undefined) return { kind: 'relation', relation: name, field, ...parseDirection(scanner) };
  const path = parseJsonPath(scanner);
  scanner.skipBlanks();
  return { kind: 'field', field: { name, path }, ...parseDirection(scanner) };
}

/** `(field)` behind a relation's name. */
function parseRelated(scanner: Scanner): Field | undefined {
  if (!scanner.take('(')) return undefined;
  const field = parseField(scanner);
  scanner.expect(')');
  return field;
}

function parseDirection(scanner: Scanner): OrderDirection {
  let direction: OrderDirection['direction'];
  let nulls: OrderDirection['nulls'];
  if (scanner.take('.')) {
    direction = scanner.take('asc') ? 'asc' : scanner.take('desc') ? 'desc' : undefined;
    if (direction === undefined || scanner.take('.')) nulls = parseNulls(scanner);
  }
  if (!scanner.atEnd && scanner.peek() !== ',') scanner.giveUp();
  return { direction, nulls };
}

function parseNulls(scanner: Scanner): 'first' | 'last' {
  return scanner.take('nullsfirst') ? 'first' : scanner.take('nullslast') ? 'last' : scanner.giveUp();
}
