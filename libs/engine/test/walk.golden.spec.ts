/**
 * The walk of a request through the rooms, for reading: each file of `golden/` shows a request, what it parses to, what is
 * planned and the statements. The part up to the request is written by hand, the rest is made:
 * `PERCH_UPDATE_GOLDEN=1` makes it again, and the diff says what a change changes.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseApiRequest } from '../src/api-request/api-request.js';
import type { SqlStatement } from '../src/sql-executor.js';
import { InternalError } from '../src/error/engine-error.js';
import { planAction } from '../src/plan/plan-action.js';
import { buildMainQuery } from '../src/query/build-main-query.js';
import type { EngineRequest } from '../src/engine-request.js';
import { filmConfig } from './film-config.js';
import { films } from './film-plan.js';
import { readableSql, readableValue } from './readable.js';

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'golden');
const files = fs.readdirSync(folder).filter((name) => name.endsWith('.md'));
const auth = { role: 'anonymous', claimsJson: '{"role":"anonymous"}', anonymous: true };

describe('the walk', () => {
  it('has files to check', () => {
    expect(files.length).toBeGreaterThan(10);
  });

  it.each(files)('%s', (name) => {
    const file = path.join(folder, name);
    const text = fs.readFileSync(file, 'utf8');
    const made = walk(text);
    if (process.env['PERCH_UPDATE_GOLDEN'] !== undefined) fs.writeFileSync(file, made);
    else expect(text).toBe(made);
  });
});

function walk(text: string): string {
  const head = /^[\s\S]*?```http\n([\s\S]*?)\n```\n/.exec(text);
  if (head === null) throw new InternalError('no request in the file');
  const engineRequest = requestOf(head[1] ?? '');
  const request = parseApiRequest(engineRequest, filmConfig);
  const plan = planAction(request, films, filmConfig);
  if (plan.kind === 'info') throw new InternalError('no statements for OPTIONS');
  const query = buildMainQuery({ plan, request, auth, config: filmConfig, schema: films });
  const { headers: _headers, path: _path, method: _method, ...parsed } = request;
  const statements = [query.main, ...(query.plannedCount === undefined ? [] : [query.plannedCount.statement])];
  return [
    head[0],
    section('Request', 'yaml', readableValue(parsed)),
    section('Plan', 'yaml', readableValue(plan)),
    ...statements.map((statement) => section('SQL', 'sql', statementText(statement))),
  ].join('\n');
}

function section(title: string, language: string, content: string): string {
  return `## ${title}\n\n\`\`\`${language}\n${content}\n\`\`\`\n`;
}

function statementText({ text, values }: SqlStatement): string {
  const shown = values.map(
    (value, index) => `-- $${index + 1} = ${Buffer.isBuffer(value) ? 'bytes' : JSON.stringify(value)}`,
  );
  return [readableSql(text), ...shown].join('\n');
}

/** `GET /films?id=eq.1`, then headers, then a blank line and the body. */
function requestOf(text: string): EngineRequest {
  const [head = '', body = ''] = text.split('\n\n');
  const [first = '', ...headers] = head.split('\n');
  const space = first.indexOf(' ');
  const [pathname = '', query = ''] = first.slice(space + 1).split('?');
  return {
    method: first.slice(0, space),
    path: encodeURI(pathname),
    query: encodeURI(query),
    headers: headers.map((line): readonly [string, string] => {
      const [name = '', ...value] = line.split(': ');
      return [name.toLowerCase(), value.join(': ')];
    }),
    body: Buffer.from(body),
  };
}
