/** The management API as a script calls it. */
import pg from 'pg';
import { eventually, type UpJson } from './perch-process.js';

export type ManagementApi = Pick<UpJson, 'api_url' | 'api_key'>;

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

// Bodies are what the test expects them to be; a wrong expectation fails the assertion on it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

export async function callApi(up: ManagementApi, method: string, path: string, body?: unknown): Promise<Answer<Json>> {
  const response = await fetch(up.api_url + path, {
    method,
    headers: { authorization: `Bearer ${up.api_key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** The operation at this route when it is through. @throws when it failed, or is not through within `timeoutMs` milliseconds */
export function finished(up: ManagementApi, route: string, timeoutMs: number): Promise<Json> {
  return eventually(
    `the operation ${route} is through`,
    async () => {
      const { operation } = (await callApi(up, 'GET', route)).body;
      if (operation.status === 'failed') throw new Error(operation.error);
      return operation.status === 'finished' ? operation : undefined;
    },
    timeoutMs,
  );
}

export interface TestProject {
  readonly id: string;
  readonly branchId: string;
  readonly endpointId: string;
  readonly database: string;
  readonly connectionUri: string;
}

export async function createProject(up: ManagementApi, name: string): Promise<TestProject> {
  const { status, body } = await callApi(up, 'POST', '/projects', { project: { name } });
  if (status !== 201) throw new Error(`POST /projects answered ${status}: ${JSON.stringify(body)}`);
  return {
    id: body.project.id,
    branchId: body.branch.id,
    endpointId: body.endpoints[0].id,
    database: body.databases[0].name,
    connectionUri: body.connection_uris[0].connection_uri,
  };
}

export async function runSql(connectionUri: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: connectionUri });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}
