/** Promise: behind PgBouncer in transaction mode (`db_prepared_statements: false`) packets stay whole, and cancels find their query. */
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import {
  hasPgBouncer,
  pgBouncerNote,
  startTestPgBouncer,
  type TestPgBouncer,
} from '../../../tools/testing/test-pgbouncer.js';
import { createTenantExecutors, type TenantExecutors } from './index.js';
import { eventually, fieldOf, packet, statement } from '../test/packets.js';

const withPgBouncer = hasPgBouncer ? describe : describe.skip;

withPgBouncer(`behind PgBouncer in transaction mode${pgBouncerNote}`, () => {
  let database: TestDatabase;
  let pooler: TestPgBouncer;
  let executors: TenantExecutors;
  let url: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    pooler = await startTestPgBouncer(database.url, 2);
    const pooled = new URL(database.url);
    pooled.port = String(pooler.port);
    url = pooled.href;
    executors = createTenantExecutors();
    await eventually(async () => (await fieldOf(tenant('probe'), 'select 1').catch(() => undefined)) === '1');
  });
  afterAll(async () => {
    await executors?.close();
    await pooler?.stop();
    await database.drop();
  });

  const tenant = (key: string) => executors.for({ key, version: 1, databaseUrl: url, poolSize: 8, prepare: false });

  it('packets of many connections over few servers keep their own settings and values', async () => {
    const answers = await Promise.all(
      Array.from({ length: 400 }, async (_none, n) => {
        const results = await tenant(n % 2 === 0 ? 'even' : 'odd').submit(
          packet(
            statement(`select set_config('drill.n', $1, true)`, [String(n)]),
            statement(`select current_setting('drill.n') || ':' || $1::text`, [`value ${n}`]),
          ),
        );
        return results[1]?.rows[0]?.[0];
      }),
    );
    expect(answers).toEqual(answers.map((_answer, n) => `${n}:value ${n}`));
    expect(await fieldOf(tenant('even'), `select current_setting('drill.n', true)`)).toBe('');
  });

  it('a failed packet leaves nothing behind, not even for whoever gets its server next', async () => {
    await database.query('create table item (id int)');
    const failing = Array.from({ length: 20 }, () =>
      tenant('even')
        .submit(packet('insert into item values (1)', `select set_config('drill.n', 'left', true)`, 'select 1 / 0'))
        .then(
          () => 'passed',
          () => 'failed',
        ),
    );
    expect(new Set(await Promise.all(failing))).toEqual(new Set(['failed']));
    const left = Array.from({ length: 8 }, () =>
      fieldOf(tenant('odd'), `select (select count(*) from item) || coalesce(current_setting('drill.n', true), '')`),
    );
    expect(new Set(await Promise.all(left))).toEqual(new Set(['0']));
  });

  it('a cancel ends its own query and no other', async () => {
    const sleeping = async () =>
      Number(
        (
          await database.query(
            `select count(*)::int as n from pg_stat_activity
             where datname = current_database() and query like '%pg_sleep(10)%' and state = 'active' and pid <> pg_backend_pid()`,
          )
        ).rows[0].n,
      );
    const controller = new AbortController();
    const gone = tenant('even').submit(packet('select pg_sleep(10)'), controller.signal);
    await eventually(async () => (await sleeping()) === 1);
    const other = fieldOf(tenant('odd'), 'select 1 from pg_sleep(0.3)');
    controller.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    await eventually(async () => (await sleeping()) === 0);
    expect(await other).toBe('1');
    expect(await fieldOf(tenant('even'), 'select 2')).toBe('2');
  });
});
