/**
 * Drill, cross tenant: two data APIs whose roles, tables, rows' keys and tokens are the same to the letter, asked in turns
 * 100,000 times on the same connections. Every answer bears the canary of the database that it was asked of.
 */
import { randomBytes } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../../../../tools/testing/test-database.js';
import { startLoad } from '../harness/load.js';
import { signToken } from '../harness/proxy-process.js';
import { serveTenants, type TenantsProxies } from '../harness/served-tenants.js';

const TOTAL = 100_000;
const names = ['red', 'blue'] as const;

describe('two tenants that look the same', () => {
  const role = `same_${randomBytes(4).toString('hex')}`;
  const secret = 'one secret that both of them have';
  let databases: TestDatabase[];
  let served: TenantsProxies;

  beforeAll(async () => {
    databases = [await createTestDatabase(), await createTestDatabase()];
    await databases[0]?.query(`create role ${role} nologin`);
    for (const [index, database] of databases.entries()) {
      await database.query(
        `create table notes (id int primary key, owner text, canary text);
         insert into notes select n, 'u' || n % 2, '${names[index]}' from generate_series(1, 10) n;
         alter table notes enable row level security;
         create policy own on notes using (owner = current_setting('request.jwt.claims', true)::json ->> 'sub');
         grant select on notes to ${role};
         create function canary() returns text stable language sql as $$ select '${names[index]}' $$`,
      );
    }
    const tenant = (name: string, index: number) => ({
      name,
      hostnames: ['127.0.0.1'],
      path_prefix: `/${name}`,
      database_url: databases[index]?.url,
      settings: { db_anon_role: role, pool_size: 4 },
      jwt: { secret },
    });
    served = await serveTenants(names.map(tenant), [{ args: ['--workers', '2'] }]);
  }, 240_000);
  afterAll(async () => {
    await served?.stop();
    for (const database of databases) await database.query(`drop owned by ${role}`);
    await databases[0]?.query(`drop role ${role}`);
    for (const database of databases) await database.drop();
  }, 60_000);

  test(`answer ${TOTAL} requests, each with its own rows`, async () => {
    const tokens = ['u0', 'u1'].map((sub) => signToken({ role, sub }, secret));
    const of = (n: number) => ({ name: names[n % 2] ?? '', user: (n >> 1) % 2, kind: (n >> 2) % 3, id: (n % 10) + 1 });
    const load = startLoad({
      urls: [served.proxies[0]?.url ?? ''],
      clients: 8,
      total: TOTAL,
      request(n) {
        const { name, user, kind, id } = of(n);
        const headers = { authorization: `Bearer ${tokens[user]}` };
        const path = ['/notes?select=canary,owner&limit=3', '/rpc/canary', `/notes?select=canary,owner&id=eq.${id}`][
          kind
        ];
        return { path: `/${name}${path}`, headers };
      },
      complaint({ status, body }, n) {
        const { name, user, kind, id } = of(n);
        const row = { canary: name, owner: `u${user}` };
        const expected = [Array(3).fill(row), name, id % 2 === user ? [row] : []][kind];
        // PostgreSQL's json_agg puts each row on a line.
        return body.replaceAll(', \n ', ',') === JSON.stringify(expected) ? undefined : `${status} ${body}`;
      },
    });
    const { answered, failed, failures } = await load.done;
    expect([failed, failures]).toEqual([0, []]);
    expect(answered).toBe(TOTAL);
  }, 600_000);
});
