/** Promise: what a stopping server did not begin is run again, a read also when it had begun; what may have taken effect is not. */
import type { SqlExecutor, SqlPacket } from '@perch/engine';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { createTenantExecutors, type TenantExecutors } from './index.js';
import { fieldOf, packet, pause } from '../test/packets.js';
import { startPostgresProxy, type PostgresProxy } from '../test/postgres-proxy.js';

let database: TestDatabase;
let proxy: PostgresProxy;
let executors: TenantExecutors;
let executor: SqlExecutor;
let wakes: number;
let canWake: boolean;

/** Each of its rows was written by one run of a packet. */
const runs = async () => Number((await database.query('select count(*)::int as n from runs')).rows[0]?.n);
const insert = "insert into runs select 'x'";
const slowRead: SqlPacket = { ...packet('select pg_sleep(0.2)', 'select 7'), repeatable: true };

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query('create table runs (what text)');
  proxy = await startPostgresProxy(database.url);
});
afterAll(async () => {
  await proxy.close();
  await database.drop();
});
beforeEach(async () => {
  await database.query('truncate runs');
  wakes = 0;
  canWake = true;
  const wake = async () => {
    wakes += 1;
    if (!canWake) return false;
    await proxy.resume();
    return true;
  };
  executors = createTenantExecutors({ wake });
  executor = executors.for({ key: 'a', version: 1, databaseUrl: proxy.url(), poolSize: 2, prepare: true });
});
afterEach(() => executors.close());

const pidOf = async () => Number(await fieldOf(executor, 'select pg_backend_pid()'));
const terminate = (pid: number) => database.query('select pg_terminate_backend($1)', [pid]);
/** As a suspension does: nobody is let in any more, and sessions end with the server's own words. */
const stopServer = async (pid: number) => {
  const stopped = proxy.refuseNew();
  await terminate(pid);
  await stopped;
};

describe('a packet that meets a server on its way out', () => {
  it('is run once, whenever the session ends before it begins', async () => {
    for (let time = 1; time <= 30; time += 1) {
      // The connection may be told at any moment around the packet's way to it.
      await terminate(await pidOf());
      await pause((time % 6) / 4);
      await executor.submit(packet(insert));
      expect(await runs()).toBe(time);
    }
  });

  it('is run once when every idle connection is ending and none has said so yet', async () => {
    const many = executors.for({ key: 'b', version: 1, databaseUrl: database.url, poolSize: 8, prepare: true });
    // They come back one after the other; the last one is taken first.
    const pids = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map((n) => fieldOf(many, `select pg_backend_pid() from pg_sleep(${n / 20})`)),
    );
    const ended = database.query('select pg_terminate_backend(pid), pg_sleep(0.01) from unnest($1::int[]) pid', [
      pids.reverse(),
    ]);
    // Nothing is read meanwhile, as in a busy process: their last words have arrived when the packet is sent.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    await Promise.all([ended, many.submit(packet(insert))]);
    expect(await runs()).toBe(1);
  });

  it('is run again when only its preparation had begun', async () => {
    const pid = await pidOf();
    const submitted = executor.submit({ ...packet('select pg_sleep(0.3)', insert), preparatory: 1 });
    await pause(50);
    await terminate(pid);
    await submitted;
    expect(await runs()).toBe(1);
  });

  it('is not run again when it had begun and may write: nothing of it is kept', async () => {
    const pid = await pidOf();
    const submitted = executor.submit(packet(insert, 'select pg_sleep(5)'));
    const refused = expect(submitted).rejects.toMatchObject({ fields: { severity: 'FATAL', code: '57P01' } });
    await pause(50);
    await stopServer(pid);
    await refused;
    expect([await runs(), wakes]).toEqual([0, 0]);
    await proxy.resume();
  });

  it('is not run again when the connection was cut without a word and it may write', async () => {
    await pidOf();
    const refused = expect(executor.submit(packet(insert, 'select pg_sleep(0.5)'))).rejects.toMatchObject({
      code: 'PGRST001',
    });
    await pause(50);
    await proxy.refuse();
    await refused;
    expect(wakes).toBe(0);
    await proxy.resume();
  });
});

describe('a read that had begun', () => {
  it.each([
    ['with the words of the server', stopServer],
    ['without a word', () => proxy.refuse()],
  ])('is run again once the server that went away %s is woken', async (_, stop) => {
    const pid = await pidOf();
    const submitted = executor.submit(slowRead);
    await pause(50);
    await stop(pid);
    expect((await submitted)[1]?.rows).toEqual([['7']]);
    expect(wakes).toBe(1);
  });

  it('is not run again when somebody ended just its session', async () => {
    const pid = await pidOf();
    const submitted = executor.submit({ ...packet('select pg_sleep(5)'), repeatable: true });
    const refused = expect(submitted).rejects.toMatchObject({ fields: { code: '57P01' } });
    await pause(50);
    await terminate(pid);
    await refused;
    expect(wakes).toBe(0);
    expect(await fieldOf(executor, 'select 1')).toBe('1');
  });

  it('fails as it did when the server went away and cannot be woken', async () => {
    canWake = false;
    const pid = await pidOf();
    const refused = expect(executor.submit(slowRead)).rejects.toMatchObject({ fields: { code: '57P01' } });
    await pause(50);
    await stopServer(pid);
    await refused;
    expect(wakes).toBeGreaterThan(0);
    await proxy.resume();
  });

  it('leaves the other connections as they are when somebody ended just its session', async () => {
    for (const poolSize of [8, 4]) {
      const many = executors.for({
        key: `${poolSize}`,
        version: 1,
        databaseUrl: database.url,
        poolSize,
        prepare: true,
      });
      const pids = () =>
        Promise.all([1, 2, 3, 4].map((n) => fieldOf(many, `select pg_backend_pid() from pg_sleep(${n / 20})`)));
      const before = await pids();
      const ended = many.submit({ ...packet('select pg_sleep(5)'), repeatable: true });
      const refused = expect(ended).rejects.toMatchObject({ fields: { code: '57P01' } });
      await pause(100);
      const { rows } = await database.query(
        "select pid from pg_stat_activity where query = 'select pg_sleep(5)' and state = 'active' and datname = current_database()",
      );
      await terminate(rows[0].pid);
      await refused;
      const after = await pids();
      // A late one of the four may have found a connection that another one had had.
      expect(new Set(before.filter((pid) => !after.includes(pid)))).toEqual(new Set([String(rows[0].pid)]));
    }
  });
});
