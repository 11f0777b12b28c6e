/**
 * Drill: every part that is no proxy is killed under load and started again, one after the other. No request of a data API
 * that the fleet has served before fails, and changes reach the fleet again when the part is back.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { hasRedis, startTestRedis, type TestRedis } from '../../../../tools/testing/test-redis.js';
import { createTestCluster, type TestCluster } from '../../../../tools/testing/test-cluster.js';
import { testPostgresUrl } from '../../../../tools/testing/test-database.js';
import { startFleet, type AttachedDataApi, type Fleet } from '../harness/fleet.js';
import { startIssuer, type Issuer } from '../harness/issuer.js';
import { ask } from '../harness/ask.js';
import { startLoad } from '../harness/load.js';
import { callApi, finished, runSql } from '../harness/management.js';
import { eventually } from '../harness/perch-process.js';

/** Milliseconds that a part is away at least. */
const AWAY_MS = 2_500;

const SQL = `create table notes (id int primary key, body text);
  insert into notes select n, 'note ' || n from generate_series(1, 50) n;`;

describe('parts killed under load', () => {
  let fleet: Fleet;
  let metadata: TestCluster;
  let redis: TestRedis | undefined;
  let issuer: Issuer;
  let dataApi: AttachedDataApi;
  let headers: Record<string, string>;
  let changes = 0;

  beforeAll(async () => {
    redis = hasRedis ? await startTestRedis() : undefined;
    issuer = await startIssuer('ES256');
    metadata = await createTestCluster();
    await runSql(metadata.url('postgres'), 'create database perch');
    fleet = await startFleet({
      metadataUrl: metadata.url('perch'),
      attachTo: testPostgresUrl(),
      env: redis === undefined ? {} : { REDIS_URL: redis.url },
      proxies: [{}, { args: ['--workers', '2'] }],
    });
    dataApi = await fleet.attach('loaded', SQL, {
      jwks_url: issuer.jwksUrl,
      settings: { rate_limit: { requests_per_second: 100_000, burst: 100_000 } },
    });
    headers = { authorization: `Bearer ${await issuer.token({ sub: 'me' })}` };
    for (const { url } of fleet.proxies) await eventually('served', async () => isServed(url));
  }, 300_000);
  afterAll(async () => {
    await fleet?.stop();
    await metadata?.drop();
    await redis?.kill();
    await issuer?.close();
  }, 60_000);

  const isServed = async (url: string) => {
    const { status, body } = await ask(url + dataApi.path, { path: '/notes?id=eq.1', headers });
    if (status !== 200) throw new Error(`${status} ${body}`);
    return true;
  };
  const load = () =>
    startLoad({
      urls: fleet.proxies.map(({ url }) => url + dataApi.path),
      clients: 6,
      request: (n) => ({ path: `/notes?id=eq.${(n % 50) + 1}`, ...(n % 2 === 0 ? { headers } : {}) }),
      complaint: ({ status, body }, n) =>
        body === `[{"id":${(n % 50) + 1},"body":"note ${(n % 50) + 1}"}]` ? undefined : `${status} ${body}`,
    });
  /** A setting that shows in answers, changed and seen at every proxy. */
  const changesArrive = async () => {
    changes += 1;
    const rows = changes;
    const settings = { db_max_rows: rows };
    await eventually(
      'a change is accepted',
      async () => ((await callApi(fleet.api, 'PATCH', dataApi.route, { settings })).status < 300 ? true : undefined),
      60_000,
    );
    for (const { url } of fleet.proxies) {
      await eventually(
        'a change reaches every proxy',
        async () => {
          const { body } = await ask(url + dataApi.path, { path: '/notes', headers });
          return JSON.parse(body).length === rows ? true : undefined;
        },
        60_000,
      );
    }
  };
  /** @returns what the load client counted from before the kill until after the restart. */
  const killed = async (kill: () => Promise<unknown>, restart: () => Promise<unknown>) => {
    const running = load();
    await running.more(100);
    await kill();
    // Longer than anything is believed without being asked for again.
    await delay(AWAY_MS);
    await running.more(300);
    await restart();
    await running.more(300);
    const counts = await running.stop();
    expect(counts.failures).toEqual([]);
    expect(counts.failed).toBe(0);
    await changesArrive();
  };

  test('the control plane', async () => {
    await killed(
      () => fleet.controlPlane.kill(),
      () => fleet.controlPlane.start(),
    );
  }, 240_000);

  test('the worker, and what is asked of it meanwhile is done when it is back', async () => {
    let operation = '';
    await killed(
      async () => {
        await fleet.worker.kill();
        const { status, body } = await callApi(fleet.api, 'POST', `${dataApi.route}/rotate_login`, {});
        expect([status, body]).toEqual([200, expect.anything()]);
        operation = `${dataApi.project}/operations/${body.operations[0].id}`;
      },
      async () => {
        const { body } = await callApi(fleet.api, 'GET', operation);
        expect(body.operation.status).toBe('scheduling');
        await fleet.worker.start();
        await finished(fleet.api, operation, 60_000);
      },
    );
  }, 240_000);

  test('the metadata PostgreSQL', async () => {
    await killed(
      () => metadata.kill(),
      () => metadata.start(),
    );
  }, 240_000);

  (hasRedis ? test : test.skip)(
    'Redis (skipped where there is no redis-server on the PATH)',
    async () => {
      await killed(
        async () => redis?.kill(),
        async () => redis?.start(),
      );
    },
    120_000,
  );

  test('the key server of an issuer, also when its keys are asked for', async () => {
    const stranger = await startIssuer('ES256');
    const strange = { authorization: `Bearer ${await stranger.token({ sub: 'me' })}` };
    await stranger.close();
    const error = async () =>
      (await runSql(metadata.url('perch'), 'select jwks_error as text from data_apis')).rows[0]?.text ?? undefined;
    await killed(
      async () => {
        await issuer.close();
        expect(await error()).toBeUndefined();
        // Long ago, so that a key that nobody knows has the set fetched again at once.
        await runSql(metadata.url('perch'), "update data_apis set jwks_checked_at = now() - interval '1 hour'");
        for (const { url } of fleet.proxies) {
          expect((await ask(url + dataApi.path, { path: '/notes', headers: strange })).status).toBe(401);
        }
        await eventually('the keys could not be had', error);
      },
      async () => undefined,
    );
  }, 240_000);
});
