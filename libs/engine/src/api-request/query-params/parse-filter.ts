/**
 * `not.eq.5`, `in.(1,"2")`, `fts(english).tide`: the text of a condition in, the operation out. The value is everything behind
 * the operator, untouched.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/tables_views.html#operators
 */
import type { IsValue, Operation, Quantifier } from './ast.js';
import { filter } from './diagnosis/grammar.js';
import {
  ftsOperators,
  quantifiableOperators,
  simpleOperators,
  type FtsOperator,
  type QuantifiableOperator,
  type SimpleOperator,
} from './operators.js';
import { parseWord, readQuoted } from './parse-field-name.js';
import { parse, Scanner } from './scanner.js';

export interface Condition {
  readonly negated: boolean;
  readonly operation: Operation;
}

const parameter = { subject: 'filter', grammar: filter };
const isValues: readonly IsValue[] = ['null', 'not_null', 'true', 'false', 'unknown'];
const lowerLetters = /[a-z]+/y;
const uptoSeparator = /[^,)]*/y;

/** Reads a condition's value where a scanner stands: to the end in a filter, to a comma or parenthesis in a logic tree. */
export type ReadValue = (scanner: Scanner) => string;

/** @throws PGRST100 */
export function parseFilterValue(text: string): Condition {
  return parse(parameter, text, (scanner) => parseCondition(scanner, readRest));
}

/**
 * As parseFilterValue, but undefined for a text that does not begin like a condition: on functions it is an argument then.
 *
 * @throws PGRST100 for a text that begins like a condition and is none: `not.x`, `is.x`, `in.x`
 */
export function parseFilterOrArgument(text: string): Condition | undefined {
  const committed = text.startsWith('not.') || operatorAt(new Scanner(text)) !== undefined;
  return committed ? parseFilterValue(text) : undefined;
}

function readRest(scanner: Scanner): string {
  const value = scanner.text.slice(scanner.position);
  scanner.position = scanner.text.length;
  return value;
}

export function parseCondition(scanner: Scanner, readValue: ReadValue): Condition {
  const negated = scanner.take('not.');
  return { negated, operation: parseOperation(scanner, readValue) };
}

function parseOperation(scanner: Scanner, readValue: ReadValue): Operation {
  const operator = operatorAt(scanner) ?? scanner.giveUp();
  switch (operator.kind) {
    case 'is':
      return { kind: 'is', value: parseIs(scanner) };
    case 'in':
      return { kind: 'in', values: parseList(scanner) };
    case 'is-distinct-from':
      return { kind: 'is-distinct-from', value: readValue(scanner) };
    case 'simple':
    case 'quantifiable':
    case 'fts':
      return { ...operator, value: readValue(scanner) };
  }
}

type Operator =
  | { readonly kind: 'is' }
  | { readonly kind: 'in' }
  | { readonly kind: 'is-distinct-from' }
  | { readonly kind: 'simple'; readonly operator: SimpleOperator }
  | {
      readonly kind: 'quantifiable';
      readonly operator: QuantifiableOperator;
      readonly quantifier: Quantifier | undefined;
    }
  | { readonly kind: 'fts'; readonly operator: FtsOperator; readonly language: string | undefined };

/** An operator with its dot; undefined when there is none. */
function operatorAt(scanner: Scanner): Operator | undefined {
  const operator = operatorNamed(scanner.match(lowerLetters), scanner);
  return scanner.take('.') ? operator : undefined;
}

function operatorNamed(word: string, scanner: Scanner): Operator | undefined {
  if (word === 'is') return { kind: 'is' };
  if (word === 'in') return { kind: 'in' };
  if (word === 'isdistinct') return { kind: 'is-distinct-from' };
  if (isKey(simpleOperators, word)) return { kind: 'simple', operator: word };
  if (isKey(quantifiableOperators, word)) {
    const quantifier = scanner.take('(any)') ? 'any' : scanner.take('(all)') ? 'all' : undefined;
    return { kind: 'quantifiable', operator: word, quantifier };
  }
  if (isKey(ftsOperators, word)) return { kind: 'fts', operator: word, language: parseLanguage(scanner) };
  return undefined;
}

/** `(english)`; the scanner stays where it was when the parenthesis is not one of a language. */
function parseLanguage(scanner: Scanner): string | undefined {
  const start = scanner.position;
  if (!scanner.take('(')) return undefined;
  const language = parseWord(scanner);
  if (language !== '' && scanner.take(')')) return language.trim();
  scanner.position = start;
  return undefined;
}

function isKey<T extends object>(table: T, name: string): name is Extract<keyof T, string> {
  return Object.hasOwn(table, name);
}

/** The keyword in any case; what follows it is ignored. */
function parseIs(scanner: Scanner): IsValue {
  const ahead = scanner.text.slice(scanner.position, scanner.position + 8).toLowerCase();
  const value = isValues.find((candidate) => ahead.startsWith(candidate));
  if (value === undefined) scanner.giveUp();
  scanner.position += value.length;
  return value;
}

/** `(1,"a,b",c)`, with blanks around each parenthesis. One empty element is an empty list. */
function parseList(scanner: Scanner): readonly string[] {
  scanner.skipBlanks();
  scanner.expect('(');
  scanner.skipBlanks();
  const values: string[] = [];
  do values.push(parseElement(scanner));
  while (scanner.take(','));
  scanner.expect(')');
  scanner.skipBlanks();
  return values.length === 1 && values[0] === '' ? [] : values;
}

/** A quoted text that a comma or parenthesis follows at once, else everything up to one. */
export function parseElement(scanner: Scanner): string {
  const start = scanner.position;
  if (scanner.peek() === '"') {
    const quoted = readQuoted(scanner);
    if (quoted !== undefined && (scanner.peek() === ',' || scanner.peek() === ')')) return quoted;
    scanner.position = start;
  }
  return scanner.match(uptoSeparator);
}
