/** `columns` and `on_conflict`: `a,"b c",d` in, the names out in their order. */
import { parseName } from './parse-field-name.js';
import { Scanner } from './scanner.js';

/**
 * What follows a complete list is ignored.
 *
 * @throws PGRST100
 */
export function parseColumns(parameter: 'columns' | 'on_conflict', text: string): readonly string[] {
  const scanner = new Scanner(text, `${parameter} parameter`);
  const names = [parseName(scanner)];
  while (scanner.take(',')) names.push(parseName(scanner));
  return names;
}
