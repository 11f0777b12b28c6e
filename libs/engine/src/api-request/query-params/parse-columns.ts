/** `columns` and `on_conflict`: `a,"b c",d` in, the names out in their order. */
import { columns } from './diagnosis/grammar.js';
import { parseName } from './parse-field-name.js';
import { parse } from './scanner.js';

/**
 * What follows a complete list is ignored.
 *
 * @throws PGRST100
 */
export function parseColumns(parameter: 'columns' | 'on_conflict', text: string): readonly string[] {
  return parse({ subject: `${parameter} parameter`, grammar: columns }, text, (scanner) => {
    const names = [parseName(scanner)];
    for (;;) {
      const start = scanner.position;
      scanner.skipBlanks();
      if (!scanner.take(',')) {
        if (scanner.position > start) scanner.giveUp();
        return names;
      }
      scanner.skipBlanks();
      names.push(parseName(scanner));
    }
  });
}
