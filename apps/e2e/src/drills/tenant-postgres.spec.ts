/**
 * Drill: the PostgreSQL of one data API is killed, stopped for maintenance, and out of connections. Its clients get honest
 * errors with a time to come back and are served again when it is back; nobody else's requests fail.
 * (Suspension and wake under load: suspend.spec.ts.)
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createTestCluster, type TestCluster } from '../../../../tools/testing/test-cluster.js';
import { createTestDatabase, type TestDatabase } from '../../../../tools/testing/test-database.js';
import { ask, type Answer } from '../harness/ask.js';
import { startLoad, type Load } from '../harness/load.js';
import { eventually } from '../harness/perch-process.js';
import { serveTenants, type TenantsProxies } from '../harness/served-tenants.js';

const SQL = `create table notes (id int primary key); insert into notes select generate_series(1, 20);`;

describe('the PostgreSQL of one data API', () => {
  const anon = `anon_${randomBytes(4).toString('hex')}`;
  let victim: TestCluster;
  let database: TestDatabase;
  let served: TenantsProxies;
  let others: Load;
  const took: string[] = [];

  beforeAll(async () => {
    victim = await createTestCluster({ max_connections: '20' });
    const client = new pg.Client({ connectionString: victim.url('postgres') });
    await client.connect();
    await client.query(`${SQL} create role anon nologin; grant select on notes to anon; create role app login password 'p';
      grant anon to app`);
    await client.end();
    database = await createTestDatabase();
    await database.query(`${SQL} create role ${anon} nologin; grant select on notes to ${anon}`);
    const ofVictim = `postgresql://app:p@127.0.0.1:${victim.port}/postgres`;
    const tenant = (name: string, database_url: string, db_anon_role: string) => ({
      name,
      hostnames: ['127.0.0.1'],
      path_prefix: `/${name}`,
      database_url,
      settings: { db_anon_role },
    });
    const tenants = [
      tenant('victim', ofVictim, 'anon'),
      tenant('late', ofVictim, 'anon'),
      tenant('other', database.url, anon),
    ];
    served = await serveTenants(tenants);
    expect((await one('/victim')).status).toBe(200);
    others = load('/other', ({ status, body }, n) => (isRow(body, n) ? undefined : `${status} ${body}`));
  }, 300_000);
  afterAll(async () => {
    const counts = await others?.stop();
    await served?.stop();
    await victim?.drop();
    await database.query(`drop owned by ${anon}; drop role ${anon}`);
    await database.drop();
    process.stdout.write(`${took.join('\n')}\n`);
    expect([counts.failed, counts.failures]).toEqual([0, []]);
    expect(counts.answered).toBeGreaterThan(100);
  }, 60_000);

  const url = () => served.proxies[0]?.url ?? '';
  const one = (tenant: string) => ask(url() + tenant, { path: '/notes?limit=1' });
  const isRow = (body: string, n: number) => body === `[{"id":${(n % 20) + 1}}]`;
  const load = (tenant: string, complaint: (answer: Answer, n: number) => string | undefined) =>
    startLoad({ urls: [url() + tenant], request: (n) => ({ path: `/notes?id=eq.${(n % 20) + 1}` }), complaint });

  /** The right rows, or 503 with a time to come back and the code of a database that cannot be reached. */
  const honest = ({ status, headers, body }: Answer, n: number) => {
    if (status === 200) return isRow(body, n) ? undefined : `200 ${body}`;
    const { code } = JSON.parse(body) as { code: string };
    const isTold = ['PGRST000', 'PGRST001', 'PGRST002', '57P01', '57P02', '57P03', '53300'].includes(code);
    return status === 503 && isTold && Number(headers['retry-after']) >= 0 ? undefined : `${status} ${body}`;
  };
  const through = async (what: string, breakIt: () => Promise<void>, mend: () => Promise<void>) => {
    const clients = load('/victim', honest);
    await clients.more(50);
    await breakIt();
    await eventually('it is refused', async () => ((await one('/victim')).status === 503 ? true : undefined));
    await clients.more(20);
    await mend();
    const back = performance.now();
    await eventually('it is served again', async () => ((await one('/victim')).status === 200 ? true : undefined));
    took.push(`${what}: served again ${Math.round(performance.now() - back)} ms after it was back`);
    await clients.more(50);
    const { failed, failures } = await clients.stop();
    expect([failed, failures]).toEqual([0, []]);
  };

  test('killed', async () => {
    await through(
      'killed',
      () => victim.kill(),
      () => victim.start(),
    );
  }, 240_000);

  test('stopped and started', async () => {
    await through(
      'stopped',
      () => victim.stop(),
      () => victim.start(),
    );
  }, 240_000);

  test('at max_connections: who has connections goes on, who has none is told, and served when there is one', async () => {
    const clients = load('/victim', ({ status, body }, n) => (isRow(body, n) ? undefined : `${status} ${body}`));
    await clients.more(20);
    const takers: pg.Client[] = [];
    for (;;) {
      const taker = new pg.Client({ connectionString: victim.url('postgres') });
      taker.on('error', () => {});
      if (
        !(await taker.connect().then(
          () => true,
          () => false,
        ))
      )
        break;
      takers.push(taker);
    }
    const refused = await one('/late');
    expect(refused.status).toBe(503);
    expect(honest(refused, 0)).toBeUndefined();
    await clients.more(50);
    for (const taker of takers) await taker.end();
    const back = performance.now();
    await eventually('it is served', async () => ((await one('/late')).status === 200 ? true : undefined));
    took.push(`at max_connections: served ${Math.round(performance.now() - back)} ms after there was room`);
    const { failed, failures } = await clients.stop();
    expect([failed, failures]).toEqual([0, []]);
  }, 240_000);
});
