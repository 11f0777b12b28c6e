/** `->key`, `->>key`, `->0`, `->"any key"`: text at a scanner in, the steps out. */
import type { Field, JsonPath, JsonStep } from './ast.js';
import { dashed, parseName, parseQuoted } from './parse-field-name.js';
import type { Scanner } from './scanner.js';

/** Digits are an index only where the step ends with them: `->1a` is a key, and so is the 1 of `rel(doc->1)`. */
const index = /-?[0-9]+(?=$|->|::|\.|,)/y;

const plainKey = /[^.,>()\-:]+/y;

/** A name and the way into its json, with blanks around. */
export function parseField(scanner: Scanner): Field {
  scanner.skipBlanks();
  const name = parseName(scanner);
  const path = parseJsonPath(scanner);
  scanner.skipBlanks();
  return { name, path };
}

/** Gives up when an arrow leads nowhere. */
export function parseJsonPath(scanner: Scanner): JsonPath {
  const steps: JsonStep[] = [];
  while (scanner.take('->')) {
    const result = scanner.take('>') ? 'text' : 'json';
    steps.push({ result, operand: parseOperand(scanner) });
  }
  return steps;
}

function parseOperand(scanner: Scanner): JsonStep['operand'] {
  if (scanner.peek() === '"') return { kind: 'key', key: parseQuoted(scanner) };
  const digits = scanner.match(index);
  if (digits !== '') return { kind: 'index', index: digits.startsWith('-') ? digits : `+${digits}` };
  return { kind: 'key', key: dashed(scanner, (at) => at.match(plainKey)) };
}
