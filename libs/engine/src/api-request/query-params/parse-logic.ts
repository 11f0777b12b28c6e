/**
 * `and=(a.eq.1,not.or(b.lt.2,c.is.null))`: the text of a logic tree in, the tree out.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/tables_views.html#logical-operators
 */
import type { LogicTree } from './ast.js';
import { logic } from './diagnosis/grammar.js';
import { parseCondition, parseElement } from './parse-filter.js';
import { parseField } from './parse-json-path.js';
import { parse, type Scanner } from './scanner.js';

const groupStart = /(not\.)?(and|or)[ \t]*\([ \t]*/y;
const arrayLiteral = /\{[^{}]*\}/y;

/**
 * @param operator `and` or `or`, the parameter's own name
 * @param text the parameter's value, with its parentheses
 * @throws PGRST100
 */
export function parseLogic(operator: string, negated: boolean, text: string): LogicTree {
  // The name belongs to the tree's text: without parentheses it is the beginning of a column's name.
  const whole = `${negated ? 'not.' : ''}${operator}${text}`;
  return parse({ subject: 'logic tree', grammar: logic }, whole, (scanner) => parseTree(scanner, 0), text);
}

function parseTree(scanner: Scanner, depth: number): LogicTree {
  const opening = scanner.match(groupStart);
  if (opening === '') return parseLogicFilter(scanner);
  scanner.giveUpIfDeep(depth);
  const children: LogicTree[] = [];
  do {
    scanner.skipBlanks();
    children.push(parseTree(scanner, depth + 1));
    scanner.skipBlanks();
  } while (scanner.take(','));
  scanner.expect(')');
  scanner.skipBlanks();
  const negated = opening.startsWith('not.');
  const operator = opening.startsWith('and', negated ? 4 : 0) ? 'and' : 'or';
  return { kind: 'group', operator, negated, children };
}

function parseLogicFilter(scanner: Scanner): LogicTree {
  const field = parseField(scanner);
  scanner.expect('.');
  const { negated, operation } = parseCondition(scanner, readLogicValue);
  return { kind: 'filter', filter: { field, negated, operation } };
}

/** A quoted text, an array literal (whose commas are its own), or everything up to a comma or parenthesis. */
function readLogicValue(scanner: Scanner): string {
  const literal = scanner.match(arrayLiteral);
  return literal === '' ? parseElement(scanner) : literal;
}
