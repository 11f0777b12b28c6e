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
import { ask } from '../harness/ask.js';
import { startLoad } from '../harness/load.js';
import { callApi, runSql } from '../harness/management.js';
import { eventually } from '../harness/perch-process.js';

const SQL = `create table notes (id int primary key); insert into notes select generate_series(1, 20);`;

describe('a proxy restarted while the control plane is down', () => {
  let metadata: TestCluster;
  let fleet: Fleet;
  let dataApis: readonly AttachedDataApi[];
  const undo: (() => void)[] = [];

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
    for (const step of undo.splice(0)) step();
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

  /** Gives the copies of a proxy that does not run a disk of their own; undefined where the system does not let us. */
  const ownDisk = (directory: string): string | undefined => {
    fs.mkdirSync(directory, { recursive: true });
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'perch', directory]);
    if (mounted.status !== 0) return undefined;
    undo.push(() => spawnSync('umount', ['--lazy', directory]));
    return path.join(directory, 'filler');
  };
  const fill = (file: string) => {
    const handle = fs.openSync(file, 'w');
    try {
      for (;;) fs.writeSync(handle, Buffer.alloc(4096));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    } finally {
      fs.closeSync(handle);
    }
  };
  const copyOf = (home: string) =>
    fs.readdirSync(copies(home)).map((name) => [name, fs.readFileSync(path.join(copies(home), name), 'base64')]);

  const canLimit = spawnSync('prlimit', ['--version']).status === 0;
  (canLimit ? test : test.skip)(
    'with a disk that takes nothing any more: changes arrive, and it is said',
    async () => {
      const [proxy] = fleet.proxies;
      const [dataApi] = dataApis;
      if (proxy === undefined || dataApi === undefined) throw new Error('no proxy');
      await proxy.kill('SIGTERM');
      const filler = ownDisk(path.join(proxy.home, 'data-plane'));
      await proxy.start();
      await served(proxy.url, dataApi);
      await eventually('there is a copy', async () => (fs.existsSync(copies(proxy.home)) ? true : undefined));
      const change = async (rows: number) => {
        const patched = await callApi(fleet.api, 'PATCH', dataApi.route, { settings: { db_max_rows: rows } });
        expect(patched.status).toBeLessThan(300);
        await eventually(
          'the change arrives',
          async () => {
            const { body } = await ask(proxy.url + dataApi.path, { path: '/notes' });
            return JSON.parse(body).length === rows ? true : undefined;
          },
          30_000,
        );
      };
      await change(3);
      await eventually('the copy is whole', async () =>
        copyOf(proxy.home).length > 0 && copyOf(proxy.home).every(([name]) => !name?.endsWith('.tmp'))
          ? true
          : undefined,
      );
      // Else no file of this process may grow from now on, which is what can be had without a disk of one's own.
      if (filler !== undefined) fill(filler);
      else expect(spawnSync('prlimit', ['--pid', String(proxy.pid), '--fsize=0:0']).status).toBe(0);
      const before = copyOf(proxy.home);
      const saidBefore = proxy.output().split('disk-copy-failed').length;
      const load = startLoad({
        urls: [proxy.url + dataApi.path],
        request: () => ({ path: '/notes' }),
      });
      await load.more(20);
      await change(2);
      await eventually('it is said', async () =>
        proxy.output().split('disk-copy-failed').length > saidBefore ? true : undefined,
      );
      if (filler !== undefined) expect(proxy.output()).toContain('ENOSPC');
      // What is on disk is the whole copy of before.
      expect(copyOf(proxy.home)).toEqual(before);
      if (filler !== undefined) {
        fs.rmSync(filler);
        await change(4);
        await eventually('the copy is a new one', async () =>
          JSON.stringify(copyOf(proxy.home)) === JSON.stringify(before) ? undefined : true,
        );
      }
      expect((await load.stop()).failures).toEqual([]);
    },
    120_000,
  );
});
