/**
 * `not.eq.5`, `in.(1,"2")`, `fts(english).tide`: the text of a condition in, the operation out. The value is everything behind
 * the operator, untouched.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/tables_views.html#operators
 */
import type { IsValue, Operation, Quantifier } from './ast.js';
import {
  ftsOperators,
  quantifiableOperators,
  simpleOperators,
  type FtsOperator,
  type QuantifiableOperator,
  type SimpleOperator,
} from './operators.js';
import { parseWord, readQuoted } from './parse-field-name.js';
import { Scanner } from './scanner.js';

export interface Condition {
  readonly negated: boolean;
  readonly operation: Operation;
}

const expectedOperator = 'operator (eq, gt, ...)';
const expectedIs = 'isVal: (null, not_null, true, false, unknown)';
const isValues: readonly IsValue[] = ['null', 'not_null', 'true', 'false', 'unknown'];
const operatorNames: readonly string[] = [
  ...Object.keys(simpleOperators),
  ...Object.keys(quantifiableOperators),
  ...Object.keys(ftsOperators),
  'is',
  'in',
  'isdistinct',
];
const lowerLetters = /[a-z]+/y;
const uptoSeparator = /[^,)]*/y;

/** Reads a condition's value where a scanner stands: to the end in a filter, to a comma or parenthesis in a logic tree. */
export type ReadValue = (scanner: Scanner) => string;

/** @throws PGRST100 */
export function parseFilterValue(text: string): Condition {
  return parseCondition(new Scanner(text, 'filter'), readRest);
}

/**
 * As parseFilterValue, but undefined for a text that does not begin like a condition: on functions it is an argument then.
 *
 * @throws PGRST100 for a text that begins like a condition and is none: `not.x`, `is.x`, `in.x`
 */
export function parseFilterOrArgument(text: string): Condition | undefined {
  const scanner = new Scanner(text, 'filter');
  const committed = text.startsWith('not.') || operatorAt(new Scanner(text, 'filter')) !== undefined;
  return committed ? parseCondition(scanner, readRest) : undefined;
}

function readRest(scanner: Scanner): string {
  const value = scanner.text.slice(scanner.position);
  scanner.position = scanner.text.length;
  return value;
}

/** @throws PGRST100 */
export function parseCondition(scanner: Scanner, readValue: ReadValue): Condition {
  const negated = scanner.take('not.');
  return { negated, operation: parseOperation(scanner, readValue, negated) };
}

function parseOperation(scanner: Scanner, readValue: ReadValue, negated: boolean): Operation {
  const start = scanner.position;
  const operator = operatorAt(scanner);
  if (operator === undefined) {
    const furthest = scanner.position;
    if (scanner.text.startsWith('not', start) && !negated && furthest === start)
      scanner.fail('delimiter (.)', start + 3);
    scanner.fail(furthest > start || negated ? expectedOperator : `"not" or ${expectedOperator}`);
  }
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

/** An operator with its dot; undefined, with the scanner where it stopped making sense, when there is none. */
function operatorAt(scanner: Scanner): Operator | undefined {
  const start = scanner.position;
  const word = scanner.match(lowerLetters);
  const operator = operatorNamed(word, scanner);
  if (operator !== undefined && scanner.take('.')) return operator;
  if (operator === undefined) scanner.position = start + longestOperator(word);
  return undefined;
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
  if (language !== '' && scanner.take(')')) return language;
  scanner.position = start;
  return undefined;
}

/** How much of a word is an operator: only to say where a wrong one goes wrong. */
function longestOperator(word: string): number {
  let longest = 0;
  for (const name of operatorNames) if (name.length > longest && word.startsWith(name)) longest = name.length;
  return longest;
}

function isKey<T extends object>(table: T, name: string): name is Extract<keyof T, string> {
  return Object.hasOwn(table, name);
}

/** The keyword in any case; what follows it is ignored. */
function parseIs(scanner: Scanner): IsValue {
  const ahead = scanner.text.slice(scanner.position, scanner.position + 8).toLowerCase();
  const value = isValues.find((candidate) => ahead.startsWith(candidate));
  if (value === undefined) scanner.fail(expectedIs);
  scanner.position += value.length;
  return value;
}

/**
 * `(1,"a,b",c)`. One empty element is an empty list.
 *
 * @throws PGRST100 when it does not open or close
 */
function parseList(scanner: Scanner): readonly string[] {
  scanner.expect('(');
  scanner.skipBlanks();
  const values: string[] = [];
  do values.push(parseElement(scanner));
  while (scanner.take(','));
  if (!scanner.take(')')) scanner.fail('"," or ")"');
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
