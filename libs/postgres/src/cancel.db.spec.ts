/** Promise: who goes away stops their query, and a cancel never hits anybody else's. */
import type { SqlExecutor } from '@perch/engine';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { createTenantExecutors, type TenantExecutors } from './index.js';
import { eventually, fieldOf, packet, pause } from '../test/packets.js';
import { startPostgresProxy, type PostgresProxy } from '../test/postgres-proxy.js';

let database: TestDatabase;
let proxy: PostgresProxy;
let executors: TenantExecutors;
let executor: SqlExecutor;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query('create table item (id int)');
  proxy = await startPostgresProxy(database.url);
  executors = createTenantExecutors({ cancelTimeoutMs: 300 });
  executor = executors.for({ key: 'a', version: 1, databaseUrl: database.url, poolSize: 1, prepare: true });
});

afterAll(async () => {
  await executors.close();
  await proxy.close();
  await database.drop();
});

const sleeping = async () =>
  Number(
    (
      await database.query(
        `select count(*)::int as n from pg_stat_activity
         where datname = current_database() and query like '%pg_sleep(10)%' and state = 'active' and pid <> pg_backend_pid()`,
      )
    ).rows[0].n,
  );

it('rejects with the reason at once, ends the query on the server and undoes it', async () => {
  const pid = await fieldOf(executor, 'select pg_backend_pid()');
  const controller = new AbortController();
  const reason = new Error('the client went away');
  const submitted = executor.submit(packet('insert into item values (1)', 'select pg_sleep(10)'), controller.signal);
  await eventually(async () => (await sleeping()) === 1);
  const started = performance.now();
  controller.abort(reason);
  await expect(submitted).rejects.toBe(reason);
  expect(performance.now() - started).toBeLessThan(100);
  await eventually(async () => (await sleeping()) === 0);
  expect(await fieldOf(executor, 'select count(*) from item')).toBe('0');
  expect(await fieldOf(executor, 'select pg_backend_pid()')).toBe(pid);
});

it('never hits the next query of the connection', async () => {
  for (let time = 0; time < 150; time += 1) {
    const controller = new AbortController();
    const aborted = executor.submit(packet('select pg_sleep(0.003)'), controller.signal).catch(() => undefined);
    await pause(time % 6);
    controller.abort();
    await aborted;
    expect(await fieldOf(executor, 'select 1 from pg_sleep(0.001)')).toBe('1');
  }
});

it('of a request that waits for a connection takes it out of the line', async () => {
  const busy = executor.submit(packet('select pg_sleep(0.2)'));
  const controller = new AbortController();
  const waiting = executor.submit(packet('insert into item values (2)'), controller.signal);
  await pause(20);
  controller.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  await busy;
  expect(await fieldOf(executor, 'select count(*) from item')).toBe('0');
});

it('of a request that has not begun takes no connection', async () => {
  const submitted = executor.submit(packet('insert into item values (3)'), AbortSignal.abort(new Error('gone')));
  await expect(submitted).rejects.toThrow('gone');
  expect(await fieldOf(executor, 'select count(*) from item')).toBe('0');
});

it('gives the connection up when the server cannot be told', async () => {
  const behind = executors.for({ key: 'b', version: 1, databaseUrl: proxy.url(), poolSize: 1, prepare: true });
  const pid = await fieldOf(behind, 'select pg_backend_pid()');
  const controller = new AbortController();
  const submitted = behind.submit(packet('select pg_sleep(10)'), controller.signal);
  await eventually(async () => (await sleeping()) === 1);
  const stopped = proxy.refuse();
  controller.abort(new Error('gone'));
  await expect(submitted).rejects.toThrow('gone');
  await stopped;
  await proxy.resume();
  expect(await fieldOf(behind, 'select pg_backend_pid()')).not.toBe(pid);
});

it('leaves an abort after the end alone', async () => {
  const controller = new AbortController();
  const pid = await executor.submit(packet('select pg_backend_pid()'), controller.signal);
  controller.abort();
  expect(await executor.submit(packet('select pg_backend_pid()'))).toEqual(pid);
});
