/** Sends every request of docs/data-api.md to a Data API and holds the answer that stands below it against the real one. */
import fs from 'node:fs';
import path from 'node:path';
import { ask } from './harness/ask.js';
import { startIssuer, type Issuer } from './harness/issuer.js';
import { callApi, createProject, runSql } from './harness/management.js';
import { eventually, workspace } from './harness/perch-process.js';
import { usePerch } from './harness/use-perch.js';
import { readDialogues } from './harness/page-dialogues.js';

const page = fs.readFileSync(path.join(workspace, 'docs/data-api.md'), 'utf8');
const dialogues = readDialogues(page);

describe('the page about the Data API', () => {
  const perch = usePerch();
  let issuer: Issuer;
  let url: string;
  let token: string;

  beforeAll(async () => {
    issuer = await startIssuer();
    token = await issuer.token({ sub: 'ada' });
    const project = await createProject(perch.up, 'page');
    const route = `/projects/${project.id}/branches/${project.branchId}/data-api`;
    const enabled = await callApi(perch.up, 'POST', route, {
      jwks_url: issuer.jwksUrl,
      jwt_audience_required: false,
      add_default_grants: true,
    });
    url = enabled.body.url;
    const [schema = ''] = [...page.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, sql = '']) => sql);
    await runSql(project.connectionUri, schema);
    await eventually('it answers', async () => ((await ask(url, { path: '/beds' })).status === 200 ? true : undefined));
  }, 120_000);
  afterAll(async () => {
    await issuer?.close();
  });

  test('has something to send', () => expect(dialogues.length).toBeGreaterThanOrEqual(20));

  test.each(dialogues)('$title', async ({ method, target, headers, body, expected }) => {
    const answer = await ask(url, {
      method,
      path: encodeURI(target),
      headers: Object.fromEntries(headers.map(([name, value]) => [name, value.replace('<token>', token)])),
      ...(body === undefined ? {} : { body }),
    });
    if (expected.status === undefined)
      expect([answer.body, answer.status < 300]).toEqual([answer.body, !expected.isError]);
    else expect(answer.status).toBe(expected.status);
    for (const [name, value] of expected.headers) expect(answer.headers[name.toLowerCase()]).toBe(value);
    if (expected.json === undefined) expect(answer.body.trim()).toBe(expected.text);
    else expect(JSON.parse(answer.body)).toEqual(expected.json);
  });
});
