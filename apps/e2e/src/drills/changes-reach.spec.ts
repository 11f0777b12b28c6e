/**
 * Drill: what is changed at the control plane (configuration, keys, disablement, deletion) reaches every proxy, whole or not
 * at all, and what was missed while the feed was cut is made up for.
 */
import { createTestCluster, type TestCluster } from '../../../../tools/testing/test-cluster.js';
import { testPostgresUrl } from '../../../../tools/testing/test-database.js';
import { startFleet, type AttachedDataApi, type Fleet } from '../harness/fleet.js';
import { startIssuer } from '../harness/issuer.js';
import { ask, type Answer } from '../harness/ask.js';
import { startLoad } from '../harness/load.js';
import { callApi, runSql } from '../harness/management.js';
import { eventually } from '../harness/perch-process.js';
import { startRelay, type Relay } from '../harness/relay.js';

const SQL = `create table notes (id int primary key); insert into notes select generate_series(1, 20);`;
/** Milliseconds: generous, for a busy machine; what it really took is in the output. */
const PATIENCE_MS = 30_000;

describe('changes reach the fleet', () => {
  let metadata: TestCluster;
  let fleet: Fleet;
  let relay: Relay;
  const took: string[] = [];

  beforeAll(async () => {
    metadata = await createTestCluster();
    await runSql(metadata.url('postgres'), 'create database perch');
    fleet = await startFleet({
      metadataUrl: metadata.url('perch'),
      attachTo: testPostgresUrl(),
      proxies: [{}, { args: ['--workers', '2'] }],
      async between(controlPlaneUrl) {
        relay = await startRelay({ port: Number(new URL(controlPlaneUrl).port) });
        return `http://127.0.0.1:${relay.port}`;
      },
    });
  }, 300_000);
  afterAll(async () => {
    await fleet?.stop();
    await relay?.close();
    await metadata?.drop();
    process.stdout.write(`${took.join('\n')}\n`);
  }, 60_000);

  /** On connections of their own, so that every worker is asked; until it holds at each several times in a row. */
  const everywhere = async (
    what: string,
    dataApi: AttachedDataApi,
    holds: (answer: Answer) => boolean,
    headers = {},
  ) => {
    const startedAt = performance.now();
    await Promise.all(
      fleet.proxies.map(({ url }) => {
        let inARow = 0;
        return eventually(
          `${what} at ${url}`,
          async () => {
            for (; inARow < 6; inARow += 1) {
              const answer = await ask(url + dataApi.path, {
                path: '/notes',
                headers: { connection: 'close', ...headers },
              });
              if (holds(answer)) continue;
              inARow = 0;
              throw new Error(`${answer.status} ${answer.body}`);
            }
            return true;
          },
          PATIENCE_MS,
        );
      }),
    );
    took.push(`${what}: ${Math.round(performance.now() - startedAt)} ms`);
  };
  const rowsIn = ({ status, body }: Answer) => (status === 200 ? (JSON.parse(body) as unknown[]).length : -1);
  const change = async (dataApi: AttachedDataApi, settings: object) =>
    expect((await callApi(fleet.api, 'PATCH', dataApi.route, { settings })).status).toBeLessThan(300);

  test('configuration: whole or not at all, under load', async () => {
    const dataApi = await fleet.attach('config', SQL, { settings: { db_max_rows: 1 } });
    await everywhere('a first configuration', dataApi, (answer) => rowsIn(answer) === 1);
    const half: string[] = [];
    const load = startLoad({
      urls: fleet.proxies.map(({ url }) => url + dataApi.path),
      request: () => ({ path: '/notes' }),
      // Odd versions show times and odd numbers of rows, even ones neither.
      complaint(answer) {
        const odd = rowsIn(answer) % 2 === 1;
        if (answer.status === 200 && odd !== (answer.headers['server-timing'] !== undefined) && rowsIn(answer) > 1)
          half.push(`${rowsIn(answer)} rows, ${answer.headers['server-timing']}`);
        return answer.status === 200 ? undefined : `${answer.status} ${answer.body}`;
      },
    });
    for (const rows of [2, 3, 4, 5, 6]) {
      await change(dataApi, { db_max_rows: rows, server_timing_enabled: rows % 2 === 1 });
      await everywhere(`configuration ${rows}`, dataApi, (answer) => rowsIn(answer) === rows);
    }
    const counts = await load.stop();
    expect([counts.failures, half]).toEqual([[], []]);
    expect(counts.answered).toBeGreaterThan(100);
  }, 240_000);

  test('keys: of a provider that is added, of one that takes its place, and none any more', async () => {
    const issuers = [await startIssuer('ES256'), await startIssuer('ES256')];
    try {
      const dataApi = await fleet.attach('keys', SQL);
      const tokens = await Promise.all(
        issuers.map(async (issuer) => ({ authorization: `Bearer ${await issuer.token({ sub: 'me' })}` })),
      );
      await everywhere('no key', dataApi, ({ status }) => status >= 400, tokens[0]);
      for (const [index, issuer] of issuers.entries()) {
        const provider = { jwks_url: issuer.jwksUrl, provider_name: `provider ${index}` };
        const added = await callApi(fleet.api, 'POST', `${dataApi.project}/jwks`, provider);
        expect([added.status, added.body]).toEqual([201, expect.anything()]);
        await everywhere('a new key', dataApi, ({ status }) => status === 200, tokens[index]);
        await everywhere('a stranger`s key', dataApi, ({ status }) => status === 401, tokens[1 - index]);
        const removed = await callApi(fleet.api, 'DELETE', `${dataApi.project}/jwks/${added.body.jwks.id}`);
        expect(removed.status).toBeLessThan(300);
        await everywhere('a withdrawn key', dataApi, ({ status }) => status >= 400, tokens[index]);
      }
    } finally {
      await Promise.all(issuers.map((issuer) => issuer.close()));
    }
  }, 240_000);

  test('disablement and deletion', async () => {
    const [disabled, deleted] = [await fleet.attach('disabled', SQL), await fleet.attach('deleted', SQL)];
    for (const dataApi of [disabled, deleted]) await everywhere('served', dataApi, ({ status }) => status === 200);
    expect((await callApi(fleet.api, 'DELETE', disabled.route)).status).toBeLessThan(300);
    await everywhere('disablement', disabled, ({ status }) => status === 404);
    expect((await callApi(fleet.api, 'DELETE', deleted.project)).status).toBeLessThan(300);
    await everywhere('deletion', deleted, ({ status }) => status === 404);
  }, 240_000);

  test('what was missed while the feed was cut', async () => {
    const [kept, gone] = [
      await fleet.attach('kept', SQL, { settings: { db_max_rows: 1 } }),
      await fleet.attach('gone', SQL),
    ];
    await everywhere('served', kept, (answer) => rowsIn(answer) === 1);
    await everywhere('served', gone, ({ status }) => status === 200);
    const load = startLoad({
      urls: fleet.proxies.map(({ url }) => url + kept.path),
      request: () => ({ path: '/notes' }),
      complaint: (answer) => ([1, 3].includes(rowsIn(answer)) ? undefined : `${answer.status} ${answer.body}`),
    });
    await load.more(50);
    await relay.cut();
    await change(kept, { db_max_rows: 3 });
    expect((await callApi(fleet.api, 'DELETE', gone.route)).status).toBeLessThan(300);
    await load.more(500);
    await relay.mend();
    await everywhere('a missed configuration', kept, (answer) => rowsIn(answer) === 3);
    await everywhere('a missed disablement', gone, ({ status }) => status === 404);
    expect((await load.stop()).failures).toEqual([]);
  }, 240_000);
});
