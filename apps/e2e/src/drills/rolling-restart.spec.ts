/**
 * Drill: proxies are told to leave and are started again, one after the other, while clients read and write through them as
 * through a load balancer that looks who is ready. No request fails, and every write that was answered is there once.
 */
import { randomBytes } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../../../../tools/testing/test-database.js';
import { startLoad } from '../harness/load.js';
import { serveTenants, type TenantsProxies } from '../harness/served-tenants.js';

describe('a rolling restart under load', () => {
  const anon = `anon_${randomBytes(4).toString('hex')}`;
  let database: TestDatabase;
  let served: TenantsProxies;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query(
      `create role ${anon} nologin; create table written (id int primary key); grant select, insert on written to ${anon};
       create function slow() returns int volatile language sql as $$ select 1 from pg_sleep(0.3) $$`,
    );
    const tenant = {
      name: 'a',
      hostnames: ['127.0.0.1'],
      database_url: database.url,
      settings: { db_anon_role: anon, rate_limit: { requests_per_second: 100_000, burst: 100_000 } },
    };
    // As an operator sets it: longer than a load balancer takes to see it, on a busy machine too.
    const env = { PERCH_DRAIN_DELAY_MS: '1500' };
    served = await serveTenants([tenant], [{ env }, { env, args: ['--workers', '2'] }]);
  }, 240_000);
  afterAll(async () => {
    await served?.stop();
    await database.query(`drop owned by ${anon}; drop role ${anon}`);
    await database.drop();
  }, 60_000);

  // A second try begins as the first.
  beforeEach(() => database.query('truncate written'));

  test('loses nothing', async () => {
    const writes = (n: number) => n % 3 === 0;
    const load = startLoad({
      urls: served.proxies.map(({ url }) => url),
      readyUrls: served.proxies.map(({ adminUrl }) => `${adminUrl}/ready`),
      clients: 8,
      request(n) {
        if (n % 3 === 1) return { path: '/rpc/slow' };
        if (n % 3 === 2) return { path: '/written?limit=1' };
        const headers = { 'content-type': 'application/json' };
        return { method: 'POST', path: '/written', headers, body: JSON.stringify({ id: n }) };
      },
      complaint: ({ status, body }, n) => (status === (writes(n) ? 201 : 200) ? undefined : `${status} ${body}`),
    });
    await load.more(100);
    for (let round = 0; round < 2; round += 1) {
      for (const proxy of served.proxies) {
        expect(await proxy.kill('SIGTERM')).toBe(0);
        await load.more(50);
        await proxy.start();
        await load.more(50);
      }
    }
    const { answered, failed, failures } = await load.stop();
    expect([failed, failures]).toEqual([0, []]);
    const { rows } = await database.query('select count(*)::int as n, max(id) as last from written');
    // Ids are handed out without a gap: all of them up to the last one, and no write was made that nobody sent.
    expect(rows[0].n).toBe(Math.ceil(answered / 3));
    for (const proxy of served.proxies) expect(proxy.output()).not.toMatch(/"abandonedRequests":[1-9]/);
  }, 300_000);
});
