/**
 * Drill: the metadata database is an older one than what the proxies have seen. Nobody is rolled back, not even over a
 * restart of the proxy, until the operator says that the restore was meant; then everybody takes its state.
 */
import { createTestCluster, type TestCluster } from '../../../../tools/testing/test-cluster.js';
import { testPostgresUrl } from '../../../../tools/testing/test-database.js';
import { startFleet, type AttachedDataApi, type Fleet } from '../harness/fleet.js';
import { ask } from '../harness/ask.js';
import { callApi, runSql } from '../harness/management.js';
import { runToEnd } from '../harness/neon-cli.js';
import { cleanEnvironment, eventually, perchProgram, workspace } from '../harness/perch-process.js';

const SQL = `create table notes (id int primary key); insert into notes select generate_series(1, 20);`;

describe('a metadata database that was restored', () => {
  let metadata: TestCluster;
  let fleet: Fleet;

  beforeAll(async () => {
    metadata = await createTestCluster();
    await runSql(metadata.url('postgres'), 'create database perch');
    fleet = await startFleet({ metadataUrl: metadata.url('perch'), attachTo: testPostgresUrl(), proxies: [{}, {}] });
  }, 300_000);
  afterAll(async () => {
    await fleet?.stop();
    await metadata?.drop();
  }, 60_000);

  /** Rows that a data API shows, or the status of its refusal, at every proxy. */
  const shown = ({ path }: AttachedDataApi) =>
    Promise.all(
      fleet.proxies.map(async ({ url }) => {
        const { status, body } = await ask(url + path, { path: '/notes' });
        return status === 200 ? (JSON.parse(body) as unknown[]).length : status;
      }),
    );
  const comesTo = (dataApi: AttachedDataApi, wanted: number) =>
    eventually(
      `${wanted} at every proxy`,
      async () => ((await shown(dataApi)).every((one) => one === wanted) ? true : undefined),
      30_000,
    );
  const withoutControlPlane = async (statements: readonly string[]) => {
    await Promise.all([fleet.controlPlane.kill('SIGTERM'), fleet.worker.kill('SIGTERM')]);
    for (const statement of statements) await runSql(metadata.url('postgres'), statement);
    await Promise.all([fleet.controlPlane.start(), fleet.worker.start()]);
  };

  test('is refused until it is accepted, then in force everywhere', async () => {
    const changed = await fleet.attach('changed', SQL, { settings: { db_max_rows: 1 } });
    await comesTo(changed, 1);
    await withoutControlPlane(['create database backup template perch']);
    expect((await callApi(fleet.api, 'PATCH', changed.route, { settings: { db_max_rows: 3 } })).status).toBe(201);
    const added = await fleet.attach('added', SQL);
    await comesTo(changed, 3);
    await comesTo(added, 20);

    await withoutControlPlane(['drop database perch with (force)', 'create database perch template backup']);
    const [proxy] = fleet.proxies;
    await eventually('the proxies are back at the feed', async () =>
      fleet.proxies.every(({ output }) => output().includes('snapshot-refused')) ? true : undefined,
    );
    expect(fleet.controlPlane.output()).toContain('older than what the fleet serves');
    await proxy?.kill('SIGTERM');
    await proxy?.start();
    for (let i = 0; i < 3; i += 1)
      expect([await shown(changed), await shown(added)]).toEqual([
        [3, 3],
        [20, 20],
      ]);

    const accepted = await runToEnd([perchProgram, 'accept-restore'], {
      cwd: workspace,
      env: cleanEnvironment({ DATABASE_URL: metadata.url('perch') }),
    });
    expect(accepted).toMatchObject({ status: 0, stdout: expect.stringContaining('proxies take its 1 Data APIs') });
    await comesTo(changed, 1);
    await comesTo(added, 404);
    expect((await callApi(fleet.api, 'PATCH', changed.route, { settings: { db_max_rows: 5 } })).status).toBe(201);
    await comesTo(changed, 5);
  }, 300_000);
});
