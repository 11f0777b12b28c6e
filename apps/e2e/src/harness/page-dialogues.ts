/** A page with requests and the answers below them in, both as data out: an `http` block, then a `json`, `csv` or `http` one. */

export interface Dialogue {
  readonly title: string;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | undefined;
  readonly expected: ExpectedAnswer;
}

export interface ExpectedAnswer {
  /** undefined where the page shows only the body. */
  readonly status: number | undefined;
  /** Whether the body that the page shows is an error's. */
  readonly isError: boolean;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** undefined where the body is no JSON; then `text` is what it is. */
  readonly json: unknown;
  readonly text: string;
}

const pairs = /^```http\n([\s\S]*?)^```\n\n^```(http|json|csv)\n([\s\S]*?)^```$/gm;

export function readDialogues(page: string): readonly Dialogue[] {
  return [...page.matchAll(pairs)].map(([, request = '', language = '', answer = '']) => {
    const { first, headers, body } = readMessage(request);
    const [method = '', target = ''] = splitOnce(first, ' ');
    const expected = language === 'http' ? fromMessage(answer) : fromBody(answer, language === 'json');
    return { title: first, method, target, headers, body: body === '' ? undefined : body, expected };
  });
}

function fromMessage(text: string): ExpectedAnswer {
  const { first, headers, body } = readMessage(text);
  return { ...fromBody(body, body !== ''), status: Number(first.split(' ')[1]), headers };
}

function fromBody(body: string, isJson: boolean): ExpectedAnswer {
  const json: unknown = isJson ? JSON.parse(body) : undefined;
  const isError = typeof json === 'object' && json !== null && 'message' in json && 'hint' in json;
  return { status: undefined, isError, headers: [], json, text: body.trim() };
}

function readMessage(text: string): {
  readonly first: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
} {
  const [head, body] = splitOnce(text, '\n\n');
  const [first = '', ...lines] = head.trim().split('\n');
  return { first, headers: lines.map((line) => splitOnce(line, ': ')), body: body.trim() };
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
