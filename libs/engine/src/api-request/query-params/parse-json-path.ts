/** `->key`, `->>key`, `->0`, `->"any key"`: text at a scanner in, the steps out. */
import type { Field, JsonPath, JsonStep } from './ast.js';
import { parseName, parseQuoted } from './parse-field-name.js';
import type { Scanner } from './scanner.js';

/** Digits are an index only where the step ends with them: `->1a` is a key. */
const index = /-?[0-9]+(?=$|->|::|\.|,)/y;

const plainKey = /[^.,>()\-:]+/y;

/** A name and the way into its json. */
export function parseField(scanner: Scanner): Field {
  const name = parseName(scanner);
  return { name, path: parseJsonPath(scanner) };
}

/** @throws PGRST100 when an arrow leads nowhere */
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
  const text = parseKey(scanner);
  if (text === '') scanner.fail('"-", digit or any non reserved character different from: .,>()');
  return { kind: 'key', key: text };
}

/** Anything but `. , > ( )` and what begins a next step or a cast. */
function parseKey(scanner: Scanner): string {
  const start = scanner.position;
  for (;;) {
    scanner.match(plainKey);
    const inside = (scanner.peek() === '-' && !scanner.at('->')) || (scanner.peek() === ':' && !scanner.at('::'));
    if (!inside) return scanner.text.slice(start, scanner.position);
    scanner.position += 1;
  }
}
