/** Promise: prepared statements never show: not their limits, not their rules, not that somebody took them away. */
import { createHash } from 'node:crypto';
import type { SqlExecutor } from '@perch/engine';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { createTenantExecutors, type TenantExecutors } from './index.js';
import { fieldOf, packet } from '../test/packets.js';

let database: TestDatabase;
let executors: TenantExecutors;
let executor: SqlExecutor;
let version = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  executors = createTenantExecutors({ maxPreparedStatements: 4 });
});

beforeEach(() => {
  version += 1;
  const key = `tenant ${version}`;
  executor = executors.for({ key, version, databaseUrl: database.url, poolSize: 1, prepare: true });
});

afterAll(async () => {
  await executors.close();
  await database.drop();
});

const preparedCount = async () => Number(await fieldOf(executor, 'select count(*) from pg_prepared_statements'));

it('are kept up to their number and closed beyond it', async () => {
  for (let n = 0; n < 20; n += 1) await executor.submit(packet(`select ${n}`));
  expect(await preparedCount()).toBeLessThanOrEqual(4);
  for (let n = 0; n < 20; n += 1) expect(await fieldOf(executor, `select ${n}`)).toBe(String(n));
});

it('are not made for a statement that asks not to be', async () => {
  await executor.submit({ statements: [{ text: 'select 123', values: [], prepare: false }] });
  expect(await fieldOf(executor, `select count(*) from pg_prepared_statements where statement = 'select 123'`)).toBe(
    '0',
  );
});

it('are not made of a statement too long to come twice', async () => {
  const long = `select 1${' '.repeat(16 * 1024)}`;
  for (const text of [long, long, long.slice(0, 16 * 1024)]) expect(await fieldOf(executor, text)).toBe('1');
  const kept = 'select max(length(statement)) from pg_prepared_statements';
  expect(await fieldOf(executor, kept)).toBe(String(16 * 1024));
});

it('survive the failure of their packet without a second Parse', async () => {
  const failing = packet('select 7', 'select 1/0');
  for (let time = 0; time < 3; time += 1) {
    await expect(executor.submit(failing)).rejects.toMatchObject({ statementIndex: 1, fields: { code: '22012' } });
  }
  expect(await fieldOf(executor, 'select 7')).toBe('7');
});

it('may be the same one twice in a packet', async () => {
  const results = await executor.submit(packet('select 8', 'select 8'));
  expect(results.map(({ columns, rows }) => [columns, rows])).toEqual([
    [['?column?'], [['8']]],
    [['?column?'], [['8']]],
  ]);
});

it('follow a table that gets another column', async () => {
  await database.query('create table wide (a int); insert into wide values (1)');
  const all = packet(`select set_config('a.b', 'c', true)`, 'select * from wide');
  expect((await executor.submit(all))[1]?.columns).toEqual(['a']);
  await database.query('alter table wide add b int default 2');
  expect((await executor.submit(all))[1]).toEqual({ columns: ['a', 'b'], rows: [['1', '2']] });
  await database.query('alter table wide rename b to c');
  expect((await executor.submit(all))[1]).toEqual({ columns: ['a', 'c'], rows: [['1', '2']] });
});

it('come back when a function took them away', async () => {
  await database.query(
    `create function forget() returns void language plpgsql as $$ begin execute 'deallocate all'; end $$`,
  );
  await executor.submit(packet('select 9'));
  await executor.submit(packet('select forget()'));
  expect(await fieldOf(executor, 'select 9')).toBe('9');
});

it('take another name when theirs is taken', async () => {
  const text = 'select 10';
  const name = `p_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
  await executor.submit({ statements: [{ text: `prepare "${name}" as select 11`, values: [], prepare: false }] });
  expect(await fieldOf(executor, text)).toBe('10');
});

it('do not make an error of a user into a second try', async () => {
  await database.query(`
    create table tries (n serial);
    create function fail(code text) returns void language plpgsql as $$
      begin perform nextval('tries_n_seq'); raise exception 'no' using errcode = code; end $$`);
  for (const code of ['0A000', '26000', '42P05']) {
    const before = Number((await database.query(`select nextval('tries_n_seq') as n`)).rows[0].n);
    await expect(executor.submit(packet(`select fail('${code}')`))).rejects.toMatchObject({ fields: { code } });
    expect(Number((await database.query(`select nextval('tries_n_seq') as n`)).rows[0].n)).toBe(before + 2);
  }
});
