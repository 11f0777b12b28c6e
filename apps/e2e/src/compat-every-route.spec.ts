/**
 * Every operation that `@neon/sdk` knows, sent to a Perch: what Perch does not have says why in the contract's error body,
 * and nothing meets a bare 404 or a 5xx.
 */
import fs from 'node:fs';
import path from 'node:path';
import { jest } from '@jest/globals';
import { callApi, createProject, type TestProject } from './harness/management.js';
import { compatNote, describeCompat } from './harness/neon-cli.js';
import { workspace } from './harness/perch-process.js';
import { usePerch } from './harness/use-perch.js';

jest.setTimeout(120_000);

interface SdkOperation {
  readonly name: string;
  readonly method: string;
  /** Parameters in braces. */
  readonly url: string;
}

/** Out of the client's own code, which is one call per operation. */
function sdkOperations(): readonly SdkOperation[] {
  const file = path.join(workspace, 'compat/node_modules/@neon/sdk/dist/client/sdk.gen.js');
  const calls = /const (\w+) = \(options\) => \(options\??\.client \?\? client\)\.(\w+)\(\{[\s\S]*?url: "([^"]+)"/g;
  return [...fs.readFileSync(file, 'utf8').matchAll(calls)].map(([, name = '', method = '', url = '']) => ({
    name,
    method: method.toUpperCase(),
    url,
  }));
}

/** They would take away what the others ask about; other specs send them. */
const ENDS_THINGS = new Set(['deleteProject', 'deleteProjectEndpoint', 'suspendProjectEndpoint']);

describeCompat(`every operation of @neon/sdk${compatNote}`, () => {
  const perch = usePerch();
  let project: TestProject;

  beforeAll(async () => {
    project = await createProject(perch.up, 'asked');
  }, 120_000);

  test('is answered, or refused with a reason', async () => {
    const operations = sdkOperations();
    expect(operations.length).toBeGreaterThan(150);
    const values: Readonly<Record<string, string>> = {
      project_id: project.id,
      branch_id: project.branchId,
      org_id: 'org-self-hosted-00000001',
      database_name: 'appdb',
      role_name: 'appdb_owner',
    };
    const unclear: unknown[] = [];
    const notOffered: string[] = [];
    for (const { name, method, url } of operations.filter((one) => !ENDS_THINGS.has(one.name))) {
      const route = url.replaceAll(/\{(\w+)\}/g, (_all, parameter: string) => values[parameter] ?? 'x');
      const body = method === 'POST' || method === 'PATCH' || method === 'PUT' ? {} : undefined;
      const { status, body: answer } = await callApi(perch.up, method, route, body);
      if (answer?.code === 'route.not-offered') notOffered.push(name);
      const isError = status >= 400;
      const isClear = !isError || (typeof answer.message === 'string' && typeof answer.request_id === 'string');
      if (status >= 500 || !isClear || answer?.code === 'route.not-found') unclear.push([name, status, answer]);
    }
    expect(unclear).toEqual([]);
    expect(notOffered).toEqual(expect.arrayContaining(['recoverProject', 'createNeonAuth', 'listSnapshots']));
  });
});
