/**
 * The older syntax of the role claim key: `.a."b c"[0]`, at its end possibly a filter of strings `[?(@ ^== "x")]` or a
 * slice of the string that was found `[1:-1]`.
 *
 * @see https://docs.postgrest.org/en/v14/references/auth.html#jwt-role-extraction
 */
import { isJsonArray, isJsonObject, memberOf, type JsonValue } from '../json-value.js';
import { PathScanner } from './path-scanner.js';

type Step = (value: JsonValue) => JsonValue | undefined;

/** What each operator of a filter asks of an element. */
const filterOperators: readonly (readonly [name: string, test: (text: string, operand: string) => boolean])[] = [
  ['==^', (text, operand) => text.endsWith(operand)],
  ['^==', (text, operand) => text.startsWith(operand)],
  ['*==', (text, operand) => text.includes(operand)],
  ['==', (text, operand) => text === operand],
  ['!=', (text, operand) => text !== operand],
];

/** @throws RoleClaimKeyError */
export function compileDottedPath(text: string): Step {
  const scanner = new PathScanner(text);
  const steps: Step[] = [];
  let last = false;
  while (!scanner.atEnd) {
    if (last) scanner.fail('nothing may follow a filter or slice');
    if (scanner.eat('.')) {
      steps.push(readKey(scanner));
    } else {
      if (steps.length === 0) scanner.fail(`'.' expected`);
      scanner.expect('[');
      const { step, ends } = readBracket(scanner);
      steps.push(step);
      last = ends;
    }
  }
  if (steps.length === 0) scanner.fail('a key expected');
  return (claims) =>
    steps.reduce<JsonValue | undefined>((value, step) => (value === undefined ? undefined : step(value)), claims);
}

function readKey(scanner: PathScanner): Step {
  const name = scanner.peek() === '"' ? readQuoted(scanner) : scanner.take(/[\p{L}\p{N}_$@]+/uy);
  if (name === undefined) return scanner.fail('a key expected');
  return (value) => (isJsonObject(value) ? memberOf(value, name) : undefined);
}

function readQuoted(scanner: PathScanner): string {
  scanner.expect('"');
  const text = scanner.take(/[^"]+/y) ?? scanner.fail('a quoted text expected');
  scanner.expect('"');
  return text;
}

function readBracket(scanner: PathScanner): { readonly step: Step; readonly ends: boolean } {
  if (scanner.eat('?')) return { step: readFilter(scanner), ends: true };
  const index = scanner.attempt(() => {
    const digits = scanner.take(/\d+/y);
    return digits !== undefined && scanner.eat(']') ? Number(digits) : undefined;
  });
  if (index !== undefined) return { step: (value) => (isJsonArray(value) ? value[index] : undefined), ends: false };
  const start = scanner.take(/-?\d+/y);
  scanner.expect(':');
  const end = scanner.take(/-?\d+/y);
  scanner.expect(']');
  return { step: sliceStep(Number(start ?? 0), end === undefined ? undefined : Number(end)), ends: true };
}

/** An empty slice selects no role. */
function sliceStep(start: number, end: number | undefined): Step {
  return (value) => {
    if (typeof value !== 'string') return undefined;
    const text = [...value].slice(start, end).join('');
    return text === '' ? undefined : text;
  };
}

function readFilter(scanner: PathScanner): Step {
  scanner.expect('(');
  scanner.skipBlanks();
  scanner.expect('@');
  scanner.skipBlanks();
  const [, test] = filterOperators.find(([name]) => scanner.eat(name)) ?? scanner.fail('an operator expected');
  scanner.skipBlanks();
  const operand = readQuoted(scanner);
  scanner.skipBlanks();
  scanner.expect(')');
  scanner.expect(']');
  return (value) =>
    isJsonArray(value) ? value.find((item) => typeof item === 'string' && test(item, operand)) : undefined;
}
