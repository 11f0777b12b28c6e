/** Promise: roles that take turns on the same connections and the same prepared statements see their own rows only. */
import { randomBytes } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { createTenantExecutors, type TenantExecutors } from './index.js';
import { packet, statement } from '../test/packets.js';

const suffix = randomBytes(4).toString('hex');
const roles = [`ann_${suffix}`, `bob_${suffix}`, `cat_${suffix}`] as const;
let database: TestDatabase;
let executors: TenantExecutors;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(`
    create table note (owner text, claimed text, body text);
    alter table note enable row level security;
    create policy own on note using (owner = current_user and claimed = current_setting('request.jwt.claims')::json->>'sub');
    ${roles.map((role) => `create role ${role}; grant select on note to ${role};`).join('\n')}
    ${roles.map((role) => `insert into note values ('${role}', 'sub-${role}', 'of ${role}');`).join('\n')}`);
  executors = createTenantExecutors();
});

afterAll(async () => {
  await executors.close();
  await database.query(`drop table note; ${roles.map((role) => `drop role ${role};`).join('\n')}`);
  await database.drop();
});

for (const mode of ['auto', 'force_generic_plan']) {
  it(`holds over 400 packets with plan_cache_mode ${mode}`, async () => {
    const url = new URL(database.url);
    url.searchParams.set('options', `-c plan_cache_mode=${mode}`);
    const executor = executors.for({ key: mode, version: 1, databaseUrl: url.href, poolSize: 3, prepare: true });
    const request = (role: string) =>
      packet(
        statement(`select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)`, [
          role,
          JSON.stringify({ sub: `sub-${role}` }),
        ]),
        statement('select body from note'),
      );
    const answers = await Promise.all(
      Array.from({ length: 400 }, async (_, index) => {
        const role = roles[index % roles.length] ?? '';
        const [, main] = await executor.submit(request(role));
        return { role, rows: main?.rows };
      }),
    );
    for (const { role, rows } of answers) expect(rows).toEqual([[`of ${role}`]]);
  });
}

it('a role that does not exist stops the packet before anything is read', async () => {
  const executor = executors.for({ key: 'x', version: 1, databaseUrl: database.url, poolSize: 1, prepare: true });
  const submitted = executor.submit(
    packet(statement(`select set_config('role', $1, true)`, ['nobody']), 'select body from note'),
  );
  await expect(submitted).rejects.toMatchObject({ statementIndex: 0, fields: { code: '22023' } });
});
