/** Drill: clients go away in the middle of their requests; what they asked for is no longer running soon after, and nobody else notices. */
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { createTestDatabase, type TestDatabase } from '../../../../tools/testing/test-database.js';
import { startLoad } from '../harness/load.js';
import { eventually } from '../harness/perch-process.js';
import { serveTenants, type TenantsProxies } from '../harness/served-tenants.js';

describe('clients that go away', () => {
  const anon = `anon_${randomBytes(4).toString('hex')}`;
  let database: TestDatabase;
  let served: TenantsProxies;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query(
      `create role ${anon} nologin; create table notes (id int primary key); insert into notes values (1);
       grant select, insert on notes to ${anon};
       create function nap() returns int volatile language sql as $$ insert into notes values (2); select 1 from pg_sleep(60) $$`,
    );
    const tenant = { name: 'a', hostnames: ['127.0.0.1'], database_url: database.url };
    served = await serveTenants([{ ...tenant, settings: { db_anon_role: anon } }], [{ args: ['--workers', '2'] }]);
  }, 240_000);
  afterAll(async () => {
    await served?.stop();
    await database.query(`drop owned by ${anon}; drop role ${anon}`);
    await database.drop();
  }, 60_000);

  const napping = async () => {
    const { rows } = await database.query(
      `select count(*)::int as n from pg_stat_activity
       where datname = current_database() and query like '%nap%' and state = 'active' and pid <> pg_backend_pid()`,
    );
    return rows[0].n as number;
  };

  test('leave no query behind, and others are served meanwhile', async () => {
    const [proxy] = served.proxies;
    const load = startLoad({
      urls: [proxy?.url ?? ''],
      request: () => ({ path: '/notes' }),
      complaint: ({ body }) => (body === '[{"id":1}]' ? undefined : body),
    });
    const took: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const gone = [1, 2, 3].map(() => {
        const request = http.request(`${proxy?.url}/rpc/nap`, { method: 'POST', agent: false }).on('error', () => {});
        request.end();
        return request;
      });
      await eventually('they sleep', async () => ((await napping()) === 3 ? true : undefined));
      const left = performance.now();
      for (const request of gone) request.destroy();
      await eventually('nobody sleeps any more', async () => ((await napping()) === 0 ? true : undefined));
      took.push(Math.round(performance.now() - left));
    }
    expect((await load.stop()).failures).toEqual([]);
    const { rows } = await database.query('select count(*)::int as n from notes');
    expect(rows[0].n).toBe(1);
    process.stdout.write(`queries of clients that left were gone after ${took.join(', ')} ms\n`);
  }, 240_000);
});
