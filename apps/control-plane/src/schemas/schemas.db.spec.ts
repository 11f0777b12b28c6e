/** Schemas over HTTP, of real databases: as SQL that makes them again, and compared with the parent's. */
import { applyPatch } from 'diff';
import pg from 'pg';
import { createTestCluster, type TestCluster } from '../../../../tools/testing/test-cluster.js';
import { startTestControlPlane, type TestControlPlane } from '../../test/test-control-plane.js';

const KITES = 'CREATE TABLE kites (id int PRIMARY KEY, name text NOT NULL)';

describe('schemas', () => {
  let perch: TestControlPlane;
  // A server for each branch, so that both have a database of the same name.
  let servers: readonly [TestCluster, TestCluster];
  let project: string;
  let root: string;
  let branch: string;

  const get = (id: string, what: string, query: Readonly<Record<string, string>>) =>
    perch.call('GET', `${project}/branches/${id}/${what}?${new URLSearchParams(query).toString()}`);
  const run = async (server: TestCluster, database: string, ...statements: readonly string[]) => {
    const client = new pg.Client({ connectionString: server.url(database) });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };

  beforeAll(async () => {
    perch = await startTestControlPlane();
    await perch.startWorker();
    servers = [await createTestCluster(), await createTestCluster()];
    const [parent, child] = servers;
    for (const server of servers) {
      await run(server, 'postgres', 'CREATE DATABASE shop');
      await run(server, 'shop', KITES);
    }
    const connection = { compute: 'attached', connection_url: parent.url('shop') };
    const made = (await perch.call('POST', '/api/v2/projects', { body: { project: { perch: connection } } })).body;
    project = `/api/v2/projects/${made.project.id}`;
    root = made.branch.id;
    const copy = { branch: { name: 'dev', perch: { connection_url: child.url('shop') } } };
    branch = (await perch.call('POST', `${project}/branches`, { body: copy })).body.branch.id;
  }, 60_000);
  afterAll(async () => {
    await perch.stop();
    for (const server of servers) await server.drop();
  });

  test('of a branch that is like its parent do not differ', async () => {
    expect((await get(branch, 'compare_schema', { db_name: 'shop' })).body).toEqual({ diff: '' });
  });

  test('are SQL that makes them again, and differ by a patch from the base to the branch', async () => {
    await run(
      servers[1],
      'shop',
      'ALTER TABLE kites ADD size int DEFAULT 3',
      'CREATE VIEW big AS SELECT id FROM kites',
    );
    const before = (await get(root, 'schema', { db_name: 'shop' })).body.sql;
    const after = (await get(branch, 'schema', { db_name: 'shop', format: 'sql' })).body.sql;
    const { status, body } = await get(branch, 'compare_schema', { db_name: 'shop' });
    expect(status).toBe(200);
    expect(body.diff).toMatch(/^--- main\/shop\n\+\+\+ dev\/shop\n@@ /);
    expect(body.diff).toContain('+    size integer DEFAULT 3');
    expect(applyPatch(before, body.diff)).toBe(after);
    await run(servers[0], 'postgres', 'CREATE DATABASE again');
    await run(servers[0], 'again', after, 'SELECT id, size FROM public.kites', 'SELECT id FROM public.big');
    const back = (await get(root, 'compare_schema', { db_name: 'shop', base_branch_id: branch })).body.diff;
    expect(applyPatch(after, back)).toBe(before);
  });

  test.each([
    ['of the past', 'schema', { db_name: 'shop', timestamp: '2026-01-01T00:00:00Z' }, 400, 'branch.option-unavailable'],
    ['at an LSN', 'schema', { db_name: 'shop', lsn: '0/1' }, 400, 'branch.option-unavailable'],
    ['as JSON', 'schema', { db_name: 'shop', format: 'json' }, 400, 'branch.option-unavailable'],
    ['of no database', 'schema', {}, 400, 'request.invalid'],
    ['of an unknown database', 'schema', { db_name: 'nope' }, 404, 'database.not-found'],
    ['against the past', 'compare_schema', { db_name: 'shop', base_lsn: '0/1' }, 400, 'branch.option-unavailable'],
    [
      'against nobody',
      'compare_schema',
      { db_name: 'shop', base_branch_id: 'br-a-b-12345678' },
      404,
      'branch.not-found',
    ],
  ])('%s are refused', async (_what, what, query, status, code) => {
    const answer = await get(branch, what, query as Readonly<Record<string, string>>);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('of a root need a branch to compare with', async () => {
    const { status, body } = await get(root, 'compare_schema', { db_name: 'shop' });
    expect([status, body.code]).toEqual([400, 'branch.option-unavailable']);
  });

  test('of a server that is away are not available', async () => {
    const { body } = await perch.call('POST', '/api/v2/projects', { body: { project: {} } });
    const path = `/api/v2/projects/${body.project.id}/branches/${body.branch.id}/schema?db_name=appdb`;
    const answer = await perch.call('GET', path);
    expect([answer.status, answer.body.code]).toEqual([409, 'schema.not-available']);
    expect(answer.body.message).not.toContain(body.roles[0].password);
  });
});
