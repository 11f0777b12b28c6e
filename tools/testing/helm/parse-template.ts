/**
 * Templates of a chart as a tree: the part of Go's text/template that deploy/helm uses. What it does not know is an error,
 * so that nothing is rendered in another way than Helm would.
 *
 * @see https://pkg.go.dev/text/template
 */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly pipe: Pipe }
  | { readonly kind: 'set'; readonly name: string; readonly declares: boolean; readonly pipe: Pipe }
  /** The first branch whose condition holds; `with` makes that the dot. */
  | { readonly kind: 'if' | 'with'; readonly branches: readonly Branch[] };

export interface Branch {
  /** undefined: `else`. */
  readonly condition: Pipe | undefined;
  readonly body: readonly Node[];
}

/** Commands, each given what the one before made as its last argument. */
export type Pipe = readonly Command[];
export type Command = readonly Operand[];
export type Operand =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'value'; readonly value: string | number | boolean }
  /** Of the dot, or of a variable (`$` is the root). */
  | { readonly kind: 'path'; readonly of: string | undefined; readonly keys: readonly string[] }
  | { readonly kind: 'pipe'; readonly pipe: Pipe };

export interface Template {
  readonly body: readonly Node[];
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}

export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

type Token = { readonly kind: 'text' | 'action'; readonly text: string };

export function parseTemplate(source: string): Template {
  const tokens = tokenize(source);
  const defined = new Map<string, readonly Node[]>();
  let at = 0;

  /** Up to `end` or `else`, which is handed back; at the top up to the end of the file. */
  const parseBody = (): { readonly body: Node[]; readonly end: string | undefined } => {
    const body: Node[] = [];
    for (let token = tokens[at]; token !== undefined; token = tokens[at]) {
      at += 1;
      if (token.kind === 'text') {
        body.push({ kind: 'text', text: token.text });
        continue;
      }
      const [word = ''] = /^\w+/.exec(token.text) ?? [];
      const rest = token.text.slice(word.length).trim();
      if (word === 'end' || word === 'else') return { body, end: token.text };
      if (word === 'define') {
        defined.set(JSON.parse(rest) as string, closed(parseBody()));
      } else if (word === 'if' || word === 'with') {
        body.push({ kind: word, branches: parseBranches(rest) });
      } else if (['range', 'block', 'template', 'break', 'continue'].includes(word)) {
        throw new TemplateError(`'${word}' is not in the part that is rendered here`);
      } else {
        body.push(parseAction(token.text));
      }
    }
    return { body, end: undefined };
  };
  const parseBranches = (condition: string): Branch[] => {
    const branches: Branch[] = [];
    for (let current: string | undefined = condition; ;) {
      const { body, end } = parseBody();
      branches.push({ condition: current === undefined ? undefined : parsePipe(current), body });
      if (end === undefined) throw new TemplateError('an end is missing');
      if (end === 'end') return branches;
      current = /^else if (.*)$/s.exec(end)?.[1];
      if (current === undefined && end !== 'else') throw new TemplateError(`'${end}' is unknown`);
    }
  };
  const { body, end } = parseBody();
  if (end !== undefined) throw new TemplateError(`'${end}' closes nothing`);
  return { body, defined };
}

function closed({ body, end }: { readonly body: readonly Node[]; readonly end: string | undefined }): readonly Node[] {
  if (end !== 'end') throw new TemplateError('a definition does not end');
  return body;
}

/** `{{-` and `-}}` take the white space beside them away. */
function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let trims = false;
  const pattern =
    /([\s\S]*?)(?:\{\{(- )?\s*(\/\*[\s\S]*?\*\/|(?:"(?:[^"\\]|\\.)*"|[^"}]|\}(?!\}))*?)\s*( -)?\}\}|$(?![\s\S]))/g;
  const spaced = source.replaceAll('{{-', '{{- ').replaceAll('-}}', ' -}}');
  for (const [whole, before = '', left, action, right] of spaced.matchAll(pattern)) {
    let text = trims ? before.trimStart() : before;
    if (left !== undefined) text = text.trimEnd();
    if (text !== '') tokens.push({ kind: 'text', text });
    if (action === undefined && whole === before) break;
    if (action !== undefined && !action.startsWith('/*')) tokens.push({ kind: 'action', text: action.trim() });
    trims = right !== undefined;
  }
  return tokens;
}

function parseAction(text: string): Node {
  const set = /^(\$\w+)\s*(:?=)\s*(.*)$/s.exec(text);
  if (set === null) return { kind: 'print', pipe: parsePipe(text) };
  const [, name = '', operator, pipe = ''] = set;
  return { kind: 'set', name, declares: operator === ':=', pipe: parsePipe(pipe) };
}

function parsePipe(text: string): Pipe {
  const words = [...text.matchAll(/"(?:[^"\\]|\\.)*"|[()|]|[^\s()|"]+/g)].map(([word]) => word);
  let at = 0;
  const pipe = (closing: string | undefined): Pipe => {
    const commands: Operand[][] = [[]];
    for (; at < words.length && words[at] !== closing; at += 1) {
      const word = words[at] ?? '';
      if (word === '|') commands.push([]);
      else if (word === '(') {
        at += 1;
        commands.at(-1)?.push({ kind: 'pipe', pipe: pipe(')') });
      } else commands.at(-1)?.push(parseOperand(word));
    }
    if (closing !== undefined && words[at] !== closing) throw new TemplateError(`'${text}' has an open parenthesis`);
    if (commands.some((command) => command.length === 0)) throw new TemplateError(`'${text}' has an empty command`);
    return commands;
  };
  return pipe(undefined);
}

function parseOperand(word: string): Operand {
  if (word.startsWith('"')) return { kind: 'value', value: JSON.parse(word) as string };
  if (/^-?\d+(\.\d+)?$/.test(word)) return { kind: 'value', value: Number(word) };
  if (word === 'true' || word === 'false') return { kind: 'value', value: word === 'true' };
  if (/^[a-zA-Z]\w*$/.test(word)) return { kind: 'name', name: word };
  const path = /^(\$\w*)?((?:\.\w+)*|\.)$/.exec(word);
  if (path === null || word === '') throw new TemplateError(`'${word}' is not in the part that is rendered here`);
  return { kind: 'path', of: path[1], keys: (path[2] ?? '').split('.').filter((key) => key !== '') };
}
