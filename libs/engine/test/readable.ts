/** Values of the walk for human eyes: any of them in; YAML without what is empty, or SQL in lines, out. */
import { Document, isCollection, isPair, isScalar, visit } from 'yaml';

export function readableValue(value: unknown): string {
  const document = new Document(shortened(value));
  // What holds only scalars goes on one line.
  visit(document, {
    Collection(_key, node) {
      node.flow = node.items.every((item) => isScalar(isPair(item) ? item.value : item));
    },
  });
  if (isCollection(document.contents)) document.contents.flow = false;
  return document.toString({ lineWidth: 120 }).trimEnd();
}

function shortened(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Buffer.isBuffer(value)) return `${value.length} bytes`;
  if (Array.isArray(value)) return value.map(shortened);
  if (value instanceof Map) return [...value.keys()];
  if (typeof value !== 'object' || value === null) return value;
  // A qualified name, and what has one and is documented elsewhere (a table, a routine).
  if ('schema' in value && 'name' in value) return value.schema === '' ? value.name : `${value.schema}.${value.name}`;
  const entries = Object.entries(value).filter(([, one]) => !isNothing(one));
  return Object.fromEntries(entries.map(([name, one]) => [name, shortened(one)]));
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0);
}

const clauses =
  /^(select|from|where|group by|order by|limit|offset|left join|inner join|with|returning|on conflict|values|set)\b/;

/** One clause a line, subqueries indented. Texts and names stay as they are; only blanks are added or dropped. */
export function readableSql(text: string): string {
  let depth = 0;
  let line = '';
  const lines: string[] = [];
  const opened: boolean[] = [];
  const flush = (): void => {
    if (line.trim() !== '') lines.push(`${'  '.repeat(depth)}${line.trim()}`);
    line = '';
  };
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const quoted = /^(?:"(?:[^"]|"")*"|'(?:[^']|'')*')/.exec(rest)?.[0];
    const clause = /[\s(]$/.test(line) || line === '' ? clauses.exec(rest)?.[0] : undefined;
    if (quoted !== undefined) {
      line += quoted;
      at += quoted.length;
    } else if (rest.startsWith('(')) {
      const isQuery = /^\((?:select|with|insert|update|delete)\b/.test(rest);
      line += '(';
      if (isQuery) {
        flush();
        depth++;
      }
      opened.push(isQuery);
      at++;
    } else if (rest.startsWith(')')) {
      if (opened.pop() === true) {
        flush();
        depth--;
      }
      line += ')';
      at++;
    } else if (clause !== undefined && opened.at(-1) !== false) {
      flush();
      line += clause;
      at += clause.length;
    } else {
      line += rest[0];
      at++;
    }
  }
  flush();
  return lines.join('\n');
}
