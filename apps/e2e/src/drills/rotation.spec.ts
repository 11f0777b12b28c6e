/**
 * Drill: the credentials of a data API are replaced while clients ask it without a pause: the connection URL of its branch,
 * and its own login, also with the worker killed at every step of it. No request fails, and what was replaced opens nothing.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createTestCluster, type TestCluster } from '../../../../tools/testing/test-cluster.js';
import { startFleet, type Fleet } from '../harness/fleet.js';
import { startLoad } from '../harness/load.js';
import { callApi, finished, runSql } from '../harness/management.js';
import { eventually } from '../harness/perch-process.js';

const SQL = `create table notes (id int primary key); insert into notes select generate_series(1, 20);`;
/** Milliseconds; the feed takes a second at most where the machine is not busy. */
const GRACE_MS = 5_000;
const PATIENCE_MS = 60_000;

describe('credentials are replaced under load', () => {
  let metadata: TestCluster;
  let attached: TestCluster;
  let fleet: Fleet;
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-rotation-'));
  const crashFile = path.join(directory, 'crash');

  beforeAll(async () => {
    [metadata, attached] = await Promise.all([createTestCluster(), createTestCluster()]);
    await runSql(metadata.url('postgres'), 'create database perch');
    fleet = await startFleet({
      metadataUrl: metadata.url('perch'),
      attachTo: attached.url('postgres'),
      env: { PERCH_LOGIN_GRACE_MS: String(GRACE_MS), PERCH_TEST_CRASH_FILE: crashFile },
      proxies: [{}, { args: ['--workers', '2'] }],
    });
  }, 300_000);
  afterAll(async () => {
    await fleet?.stop();
    await Promise.all([metadata?.drop(), attached?.drop()]);
    fs.rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  const logins = async (): Promise<readonly string[]> => {
    const sql = "select rolname::text as name from pg_roles where rolname like 'perch\\_api\\_%'";
    return (await runSql(attached.url('postgres'), sql)).rows.map(({ name }) => name);
  };
  const as = (role: string, password: string) => {
    const url = new URL(attached.url('shop'));
    [url.username, url.password] = [role, password];
    return url.href;
  };
  /** The owner of the database is no superuser, as with a hosted PostgreSQL. */
  const attach = async () => {
    await runSql(attached.url('postgres'), "create role tenant login createrole password 'first'");
    await runSql(attached.url('postgres'), 'create database shop owner tenant');
    await runSql(as('tenant', 'first'), SQL);
    const project = { perch: { compute: 'attached', connection_url: as('tenant', 'first') } };
    const { body: made } = await callApi(fleet.api, 'POST', '/projects', { project });
    const branch = `/projects/${made.project.id}/branches/${made.branch.id}`;
    const route = `${branch}/data-api/shop`;
    await callApi(fleet.api, 'POST', route, { add_anonymous_grants: true });
    await eventually('the data API is active', async () =>
      (await callApi(fleet.api, 'GET', route)).body.status === 'active' ? true : undefined,
    );
    return { project: `/projects/${made.project.id}`, branch, route, path: `/${made.endpoints[0].id}/shop/rest/v1` };
  };

  test('no request fails, whatever is killed meanwhile', async () => {
    const dataApi = await attach();
    const give = (connection_url: string) =>
      callApi(fleet.api, 'PATCH', dataApi.branch, { branch: { perch: { connection_url } } });
    const rotated = async (onScheduled: () => Promise<void> = async () => {}) => {
      const { status, body } = await callApi(fleet.api, 'POST', `${dataApi.route}/rotate_login`, {});
      expect(status).toBe(200);
      await onScheduled();
      const { id } = body.operations[0];
      return finished(fleet.api, `${dataApi.project}/operations/${id}`, PATIENCE_MS);
    };
    const [first] = await logins();

    const load = startLoad({
      urls: fleet.proxies.map(({ url }) => url + dataApi.path),
      clients: 6,
      request: (n) => (n % 3 === 0 ? { path: '/notes?id=eq.1' } : { path: '/notes' }),
    });
    await load.more(200);
    // The branch's own way in, twice: a new password, and then another role.
    await runSql(attached.url('postgres'), "alter role tenant password 'second'");
    await load.more(200);
    expect((await give(as('tenant', 'first'))).status).toBe(400);
    expect((await give(as('tenant', 'second'))).status).toBe(200);
    await load.more(200);
    await runSql(
      attached.url('postgres'),
      "create role tenant_2 login createrole password 'third' in role tenant; alter role tenant nologin",
    );
    expect((await give(as('tenant_2', 'third'))).status).toBe(200);
    await load.more(200);
    // And the fleet's.
    await rotated();
    await load.more(200);
    const [second] = await logins();
    expect([await logins(), second === first]).toEqual([[second], false]);

    for (const step of ['create-login-role', 'publish-snapshot', 'wait-for-fleet', 'drop-login-role']) {
      const operation = await rotatedWithKill(step);
      expect(operation.perch.steps.map(({ status }: { status: string }) => status)).toEqual(Array(5).fill('finished'));
      await load.more(200);
      expect((await logins()).length).toBe(1);
    }
    const { answered, failed, failures } = await load.stop();
    process.stdout.write(`${answered} requests answered while seven credentials were replaced, ${failed} failed\n`);
    expect([failed, failures]).toEqual([0, []]);
    const { body } = await callApi(fleet.api, 'GET', dataApi.route);
    expect(body.status).toBe('active');

    async function rotatedWithKill(step: string) {
      fs.writeFileSync(crashFile, step);
      return rotated(async () => {
        await eventually(
          `the worker is killed at ${step}`,
          async () => (fs.existsSync(crashFile) ? undefined : true),
          PATIENCE_MS,
        );
        await fleet.worker.kill();
        await load.more(100);
        await fleet.worker.start();
      });
    }
  }, 300_000);
});
