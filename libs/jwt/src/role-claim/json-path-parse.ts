/** The text of a JSONPath query in, its tree out (RFC 9535 section 2). */
import type {
  Comparable,
  ComparisonOperator,
  FilterExpression,
  JsonPathQuery,
  Segment,
  Selector,
} from './json-path.js';
import { compileIRegexp } from './i-regexp.js';
import { PathScanner } from './path-scanner.js';
import { readJsonPathString } from './json-path-string.js';

const SHORTHAND_NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const INTEGER = /-?(0|[1-9]\d{0,15})/y;
const NUMBER = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const FUNCTION_NAME = /[a-z][a-z0-9_]*(?=\()/y;
const COMPARISONS: readonly ComparisonOperator[] = ['==', '!=', '<=', '>=', '<', '>'];

/** @throws RoleClaimKeyError */
export function parseJsonPath(text: string): JsonPathQuery {
  const scanner = new PathScanner(text);
  scanner.expect('$');
  const segments = readSegments(scanner);
  scanner.skipBlanks();
  if (!scanner.atEnd) scanner.fail('the path should end');
  return { start: 'root', segments };
}

function readSegments(scanner: PathScanner): readonly Segment[] {
  const segments: Segment[] = [];
  for (;;) {
    const segment = scanner.attempt(() => {
      scanner.skipBlanks();
      return readSegment(scanner);
    });
    if (segment === undefined) return segments;
    segments.push(segment);
  }
}

function readSegment(scanner: PathScanner): Segment | undefined {
  if (scanner.eat('..')) {
    if (scanner.eat('[')) return { kind: 'descendant', selectors: readSelectors(scanner) };
    return { kind: 'descendant', selectors: [readShorthand(scanner)] };
  }
  if (scanner.eat('.')) return { kind: 'child', selectors: [readShorthand(scanner)] };
  if (scanner.eat('[')) return { kind: 'child', selectors: readSelectors(scanner) };
  return undefined;
}

function readShorthand(scanner: PathScanner): Selector {
  if (scanner.eat('*')) return { kind: 'wildcard' };
  const name = scanner.take(SHORTHAND_NAME) ?? scanner.fail('a name expected');
  return { kind: 'name', name };
}

function readSelectors(scanner: PathScanner): readonly Selector[] {
  const selectors: Selector[] = [];
  do {
    scanner.skipBlanks();
    selectors.push(readSelector(scanner));
    scanner.skipBlanks();
  } while (scanner.eat(','));
  scanner.expect(']');
  return selectors;
}

function readSelector(scanner: PathScanner): Selector {
  if (scanner.eat('*')) return { kind: 'wildcard' };
  if (scanner.eat('?')) {
    scanner.skipBlanks();
    return { kind: 'filter', filter: readOr(scanner) };
  }
  const quote = scanner.peek();
  if (quote === '"' || quote === "'") return { kind: 'name', name: readJsonPathString(scanner) };
  const first = scanner.take(INTEGER);
  scanner.skipBlanks();
  if (!scanner.eat(':')) return { kind: 'index', index: Number(first ?? scanner.fail('a selector expected')) };
  scanner.skipBlanks();
  const end = scanner.take(INTEGER);
  scanner.skipBlanks();
  let step: string | undefined;
  if (scanner.eat(':')) {
    scanner.skipBlanks();
    step = scanner.take(INTEGER);
  }
  const bound = (digits: string | undefined) => (digits === undefined ? undefined : Number(digits));
  return { kind: 'slice', start: bound(first), end: bound(end), step: bound(step) ?? 1 };
}

function readOr(scanner: PathScanner): FilterExpression {
  return readOperands(scanner, '||', 'or', () => readOperands(scanner, '&&', 'and', () => readBasic(scanner)));
}

function readOperands(
  scanner: PathScanner,
  operator: string,
  kind: 'or' | 'and',
  read: () => FilterExpression,
): FilterExpression {
  const first = read();
  const operands = [first];
  for (;;) {
    scanner.skipBlanks();
    if (!scanner.eat(operator)) return operands.length === 1 ? first : { kind, operands };
    scanner.skipBlanks();
    operands.push(read());
  }
}

function readBasic(scanner: PathScanner): FilterExpression {
  if (scanner.eat('!')) {
    scanner.skipBlanks();
    return { kind: 'not', operand: readBasic(scanner) };
  }
  if (scanner.eat('(')) {
    scanner.skipBlanks();
    const inner = readOr(scanner);
    scanner.skipBlanks();
    scanner.expect(')');
    return inner;
  }
  const test = readRegexpTest(scanner);
  if (test !== undefined) return test;
  const query = readQuery(scanner);
  const left = query === undefined ? readComparable(scanner) : undefined;
  scanner.skipBlanks();
  const operator = COMPARISONS.find((name) => scanner.eat(name));
  if (operator === undefined) {
    return query === undefined ? scanner.fail('a comparison expected') : { kind: 'exists', query };
  }
  scanner.skipBlanks();
  return {
    kind: 'comparison',
    operator,
    left: left ?? singular(scanner, query),
    right: readComparable(scanner),
  };
}

/** `match` asks for the whole text, `search` for a part of it. */
function readRegexpTest(scanner: PathScanner): FilterExpression | undefined {
  const whole = scanner.eat('match(');
  if (!whole && !scanner.eat('search(')) return undefined;
  scanner.skipBlanks();
  const subject = readComparable(scanner);
  scanner.skipBlanks();
  scanner.expect(',');
  scanner.skipBlanks();
  const pattern = readComparable(scanner);
  scanner.skipBlanks();
  scanner.expect(')');
  if (pattern.kind !== 'literal') return { kind: 'regexp', whole, subject, pattern };
  const compiled = typeof pattern.value === 'string' ? compileIRegexp(pattern.value) : undefined;
  return { kind: 'regexp', whole, subject, pattern: compiled ?? scanner.fail('the pattern is no I-Regexp') };
}

function readQuery(scanner: PathScanner): JsonPathQuery | undefined {
  if (scanner.eat('@')) return { start: 'current', segments: readSegments(scanner) };
  if (scanner.eat('$')) return { start: 'root', segments: readSegments(scanner) };
  return undefined;
}

function readComparable(scanner: PathScanner): Comparable {
  const quote = scanner.peek();
  if (quote === '"' || quote === "'") return { kind: 'literal', value: readJsonPathString(scanner) };
  const query = readQuery(scanner);
  if (query !== undefined) return singular(scanner, query);
  const name = scanner.take(FUNCTION_NAME);
  if (name !== undefined) return readFunction(scanner, name);
  if (scanner.eat('true')) return { kind: 'literal', value: true };
  if (scanner.eat('false')) return { kind: 'literal', value: false };
  if (scanner.eat('null')) return { kind: 'literal', value: null };
  const number = scanner.take(NUMBER) ?? scanner.fail('a value expected');
  return { kind: 'literal', value: Number(number) };
}

function readFunction(scanner: PathScanner, name: string): Comparable {
  scanner.expect('(');
  scanner.skipBlanks();
  const result = ((): Comparable => {
    switch (name) {
      case 'length':
        return { kind: 'length', of: readComparable(scanner) };
      case 'count':
        return { kind: 'count', query: readQuery(scanner) ?? scanner.fail('a query expected') };
      case 'value':
        return { kind: 'single', query: readQuery(scanner) ?? scanner.fail('a query expected') };
      default:
        return scanner.fail(`there is no function '${name}'`);
    }
  })();
  scanner.skipBlanks();
  scanner.expect(')');
  return result;
}

/** Only a query that cannot give two values may be compared. */
function singular(scanner: PathScanner, query: JsonPathQuery | undefined): Comparable {
  const single = query?.segments.every(
    ({ kind, selectors: [first, second] }) =>
      kind === 'child' && second === undefined && (first?.kind === 'name' || first?.kind === 'index'),
  );
  if (query === undefined || single !== true) return scanner.fail('a query of a single value expected');
  return { kind: 'single', query };
}
