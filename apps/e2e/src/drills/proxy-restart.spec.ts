/**
 * Drill: proxies that start while the control plane is down serve what they served before, from what they kept on disk; a
 * copy that is damaged or could not be written costs its own data API at most, and is said.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createTestCluster, type TestCluster } from '../../../../tools/testing/test-cluster.js';
import { testPostgresUrl } from '../../../../tools/testing/test-database.js';
import { startFleet, type AttachedDataApi, type Fleet } from '../harness/fleet.js';
import { ask, startLoad } from '../harness/load.js';
import { callApi, runSql } from '../harness/management.js';
import { eventually } from '../harness/perch-process.js';

const SQL = `create table notes (id int primary key); insert into notes select generate_series(1, 20);`;

describe('a proxy restarted while the control plane is down', () => {
  let metadata: TestCluster;
  let fleet: Fleet;
  let dataApis: readonly AttachedDataApi[];

  beforeAll(async () => {
    metadata = await createTestCluster();
    await runSql(metadata.url('postgres'), 'create database perch');
    fleet = await startFleet({
      metadataUrl: metadata.url('perch'),
      attachTo: testPostgresUrl(),
      proxies: [{}, { args: ['--workers', '2'] }],
    });
    dataApis = [await fleet.attach('one', SQL), await fleet.attach('two', SQL)];
    for (const dataApi of dataApis) for (const { url } of fleet.proxies) await served(url, dataApi);
  }, 300_000);
  afterAll(async () => {
    await fleet?.stop();
    await metadata?.drop();
  }, 60_000);

  const status = async (url: string, dataApi: AttachedDataApi) =>
    (await ask(url + dataApi.path, { path: '/notes?limit=1' })).status;
  const served = (url: string, dataApi: AttachedDataApi) =>
    eventually('served', async () => ((await status(url, dataApi)) === 200 ? true : undefined));
  const copies = (home: string) => path.join(home, 'data-plane/snapshots');

  test('one after the other under load: no request fails', async () => {
    await eventually('copies are written', async () =>
      fleet.proxies.every(({ home }) => fs.readdirSync(copies(home)).length === 2) ? true : undefined,
    );
    await fleet.controlPlane.kill();
    await metadata.kill();
    const load = startLoad({
      urls: fleet.proxies.map(({ url }) => url),
      clients: 6,
      request: (n) => ({ path: `${dataApis[n % 2]?.path}/notes?id=eq.${(n % 20) + 1}` }),
      complaint: ({ status: code, body }, n) => (body === `[{"id":${(n % 20) + 1}}]` ? undefined : `${code} ${body}`),
    });
    await load.more(100);
    for (const proxy of fleet.proxies) {
      await proxy.kill('SIGTERM');
      await load.more(100);
      await proxy.start();
      await load.more(100);
    }
    const counts = await load.stop();
    expect(counts.failures).toEqual([]);
    expect(counts.failed).toBe(0);
  }, 300_000);

  test('with a damaged copy: that data API is told to come back, the others are served, and it heals', async () => {
    const [proxy] = fleet.proxies;
    const [damaged, whole] = dataApis;
    if (proxy === undefined || damaged === undefined || whole === undefined) throw new Error('no proxy');
    await proxy.kill();
    const files = fs.readdirSync(copies(proxy.home)).map((name) => path.join(copies(proxy.home), name));
    expect(files).toHaveLength(2);
    // One of them; which one shows in the answers.
    const [file = ''] = files;
    const sealed = fs.readFileSync(file);
    sealed.fill(0, sealed.length >> 1);
    fs.writeFileSync(file, sealed);
    await proxy.start();
    const answers = await Promise.all(
      [damaged, whole].map((dataApi) => ask(proxy.url + dataApi.path, { path: '/notes' })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 503]);
    const refused = answers.find((answer) => answer.status === 503);
    expect(JSON.parse(refused?.body ?? '').code).toBe('PERCH002');
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
    expect(proxy.output()).toContain('disk-copy-ignored');
    await metadata.start();
    await fleet.controlPlane.start();
    for (const dataApi of dataApis) await served(proxy.url, dataApi);
  }, 240_000);

  const canLimit = spawnSync('prlimit', ['--version']).status === 0;
  (canLimit ? test : test.skip)(
    'with a disk that takes nothing any more: changes arrive, and it is said',
    async () => {
      const [proxy] = fleet.proxies;
      const [dataApi] = dataApis;
      if (proxy === undefined || dataApi === undefined) throw new Error('no proxy');
      // No file of this process may grow from now on: what a full disk answers to every write.
      expect(spawnSync('prlimit', ['--pid', String(proxy.pid), '--fsize=0:0']).status).toBe(0);
      const load = startLoad({
        urls: [proxy.url + dataApi.path],
        request: () => ({ path: '/notes' }),
      });
      await load.more(20);
      const patched = await callApi(fleet.api, 'PATCH', dataApi.route, { settings: { db_max_rows: 2 } });
      expect(patched.status).toBeLessThan(300);
      await eventually(
        'the change arrives',
        async () => {
          const { body } = await ask(proxy.url + dataApi.path, { path: '/notes' });
          return JSON.parse(body).length === 2 ? true : undefined;
        },
        30_000,
      );
      await eventually('it is said', async () => (proxy.output().includes('disk-copy-failed') ? true : undefined));
      expect((await load.stop()).failures).toEqual([]);
      // What is on disk is the whole copy of before.
      expect(fs.readdirSync(copies(proxy.home)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    },
    120_000,
  );
});
