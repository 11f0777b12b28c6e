/**
 * Drill: the master key is replaced under load, with the control plane killed in the middle of it. No request fails, what was
 * sealed before is used afterwards without the old key, and neither key nor secret is logged.
 */
import { createTestCluster, type TestCluster } from '../../../../tools/testing/test-cluster.js';
import { startFleet, type AttachedDataApi, type Fleet } from '../harness/fleet.js';
import { startLoad } from '../harness/load.js';
import { callApi, finished, runSql } from '../harness/management.js';
import { eventually } from '../harness/perch-process.js';

const SQL = `create table notes (id int primary key); insert into notes select generate_series(1, 20);`;
const OLD_KEY = 'the master key of before the drill';
const NEW_KEY = 'the master key of after the drill';
/** Milliseconds: above the longest pause between two attempts of a proxy to find the control plane again. */
const GRACE_MS = 8_000;
const PATIENCE_MS = 60_000;

describe('the master key is replaced', () => {
  let metadata: TestCluster;
  let attached: TestCluster;
  let fleet: Fleet;

  beforeAll(async () => {
    [metadata, attached] = await Promise.all([createTestCluster(), createTestCluster()]);
    await runSql(metadata.url('postgres'), 'create database perch');
    fleet = await startFleet({
      metadataUrl: metadata.url('perch'),
      attachTo: attached.url('postgres'),
      env: { PERCH_MASTER_KEY: OLD_KEY, PERCH_LOGIN_GRACE_MS: String(GRACE_MS) },
      proxies: [{}],
    });
  }, 300_000);
  afterAll(async () => {
    await fleet?.stop();
    await Promise.all([metadata?.drop(), attached?.drop()]);
  }, 60_000);

  const start = () => Promise.all([fleet.controlPlane.start(), fleet.worker.start()]);
  const kill = () => Promise.all([fleet.controlPlane.kill(), fleet.worker.kill()]);
  /** Reads every secret of it: the owner's way in, the login before and, for the proxies, the one after. */
  const rotateLogin = async ({ route, project }: AttachedDataApi) => {
    const { body } = await callApi(fleet.api, 'POST', `${route}/rotate_login`, {});
    await finished(fleet.api, `${project}/operations/${body.operations[0].id}`, PATIENCE_MS);
  };
  const sealed = async (): Promise<readonly string[]> => {
    const sql = `select connection_url_sealed as text from branches union all select password_sealed from roles
      union all select login_password_sealed from data_apis`;
    return (await runSql(metadata.url('perch'), sql)).rows.flatMap(({ text }) => (text === null ? [] : [text]));
  };

  test('under load, killed in between: no request fails, and the old key is not needed any more', async () => {
    const dataApis = [await fleet.attach('one', SQL), await fleet.attach('two', SQL)];
    const load = startLoad({
      urls: fleet.proxies.map(({ url }) => url),
      request: (n) => ({ path: `${dataApis[n % 2]?.path}/notes?id=eq.${(n % 20) + 1}` }),
      complaint: ({ status, body }, n) => (body === `[{"id":${(n % 20) + 1}}]` ? undefined : `${status} ${body}`),
    });
    await load.more(100);
    const before = await sealed();
    expect(before.length).toBeGreaterThanOrEqual(4);

    // Only the first secrets can be sealed anew, and then the control plane is killed.
    const stuck = `create function stuck() returns trigger language plpgsql as $$ begin perform pg_sleep(3600); return new; end $$;
      create trigger stuck before update on data_apis for each row execute function stuck()`;
    await runSql(metadata.url('perch'), stuck);
    await kill();
    Object.assign(fleet.env, { PERCH_MASTER_KEY: NEW_KEY, PERCH_MASTER_KEY_PREVIOUS: OLD_KEY });
    await start();
    await eventually('some are sealed anew', async () =>
      (await sealed()).some((text) => !before.includes(text)) ? true : undefined,
    );
    await kill();
    expect((await sealed()).some((text) => before.includes(text))).toBe(true);
    await runSql(
      metadata.url('postgres'),
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'perch' and pid <> pg_backend_pid()",
    );
    await runSql(metadata.url('perch'), 'drop function stuck cascade');
    await load.more(100);

    await start();
    await eventually(
      'every secret is sealed anew',
      async () => (fleet.controlPlane.output().includes('Every secret is sealed') ? true : undefined),
      PATIENCE_MS,
    );
    expect((await sealed()).filter((text) => before.includes(text))).toEqual([]);
    await kill();
    delete fleet.env['PERCH_MASTER_KEY_PREVIOUS'];
    await start();
    await Promise.all(dataApis.map(rotateLogin));
    await load.more(200);
    const { failed, failures } = await load.stop();
    expect([failed, failures]).toEqual([0, []]);
    const output = [fleet.controlPlane, fleet.worker].map((plane) => plane.output()).join('');
    for (const secret of [OLD_KEY, NEW_KEY, ...(await sealed())]) expect(output).not.toContain(secret);
  }, 300_000);
});
