/** Promise: every tenant has its own connections, within its own and the common limit, and a lost one is nobody's trouble for long. */
import net from 'node:net';
import { jest } from '@jest/globals';
import { EngineError, type SqlExecutor } from '@perch/engine';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import {
  createTenantExecutors,
  type TenantConnection,
  type TenantExecutors,
  type TenantExecutorsOptions,
} from './index.js';
import { eventually, fieldOf, packet, pause } from '../test/packets.js';
import { startPostgresProxy, type PostgresProxy } from '../test/postgres-proxy.js';

let database: TestDatabase;
let proxy: PostgresProxy;
let executors: TenantExecutors;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startPostgresProxy(database.url);
});

afterAll(async () => {
  await proxy.close();
  for (const name of logins) await database.query(`drop role ${name}`);
  await database.drop();
});

afterEach(() => executors.close());

const use = (options: TenantExecutorsOptions = {}) => (executors = createTenantExecutors(options));
const tenant = (key: string, given: Partial<TenantConnection> = {}): SqlExecutor =>
  executors.for({ key, version: 1, databaseUrl: proxy.url(), poolSize: 2, prepare: true, ...given });
const sleep = (seconds: number) => packet(`select pg_sleep(${seconds})`);
const logins: string[] = [];
/** A login of the database that may have so many connections. */
const limitedLogin = async (connections: number) => {
  const name = `few_${Math.random().toString(36).slice(2)}`;
  await database.query(`create role ${name} login password 'p' connection limit ${connections}`);
  logins.push(name);
  const url = new URL(proxy.url());
  url.username = name;
  url.password = 'p';
  return url.href;
};

/** Counts what arrives, and how much of it at most at the same time, at a server that hangs up a moment later. */
const hangingUp = async (during: (port: number) => Promise<void>) => {
  let open = 0;
  const attempts = { all: 0, most: 0 };
  const server = net.createServer((socket) => {
    attempts.all += 1;
    attempts.most = Math.max(attempts.most, (open += 1));
    socket.on('error', () => {});
    setTimeout(() => {
      open -= 1;
      socket.destroy();
    }, 5);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await during(typeof address === 'object' && address !== null ? address.port : 0);
  await new Promise((resolve) => server.close(resolve));
  return attempts;
};
const pidOf = (executor: SqlExecutor) => fieldOf(executor, 'select pg_backend_pid()');

it('says whose connection it is, in the words of its URL where it has some', async () => {
  use();
  const name = `select current_setting('application_name')`;
  expect(await fieldOf(tenant('plain'), name)).toBe('perch');
  expect(await fieldOf(tenant('named', { databaseUrl: proxy.url({ application_name: 'shop' }) }), name)).toBe('shop');
});

describe('a pool', () => {
  it('opens nothing before somebody asks', async () => {
    use();
    const executor = tenant('a');
    expect(executors.counts()).toMatchObject({ tenants: 1, connections: 0 });
    expect(proxy.open).toBe(0);
    await executor.submit(packet('select 1'));
    expect(proxy.open).toBe(1);
  });

  it('opens no more connections than it may and serves those who wait', async () => {
    use();
    const executor = tenant('a');
    const pids = await Promise.all(
      Array.from({ length: 10 }, () => fieldOf(executor, 'select pg_backend_pid() from pg_sleep(0.01)')),
    );
    expect(new Set(pids).size).toBe(2);
    expect(executors.counts()).toEqual({ tenants: 1, connections: 2, idle: 2, waiting: 0 });
  });

  it('uses the warmest connection, so that a small load keeps one', async () => {
    use();
    const executor = tenant('a');
    await Promise.all([executor.submit(sleep(0.02)), executor.submit(sleep(0.02))]);
    const pids = new Set<string | null>();
    for (let time = 0; time < 5; time += 1) pids.add(await pidOf(executor));
    expect(pids.size).toBe(1);
  });

  it('answers PGRST003 to who waited too long', async () => {
    use({ acquireTimeoutMs: 500 });
    const executor = tenant('a', { poolSize: 1 });
    const busy = executor.submit(sleep(1));
    await expect(executor.submit(packet('select 1'))).rejects.toMatchObject({ code: 'PGRST003', status: 504 });
    await busy;
    expect(await fieldOf(executor, 'select 1')).toBe('1');
  });

  it('closes what is idle for long', async () => {
    use({ idleTimeoutMs: 20 });
    await tenant('a').submit(packet('select 1'));
    await eventually(() => executors.counts().connections === 0);
  });

  it('closes what is idle for long when the clock was set back meanwhile', async () => {
    use({ idleTimeoutMs: 20 });
    const now = jest.spyOn(Date, 'now').mockImplementation(() => new Date(2020, 1).getTime() + performance.now());
    try {
      await tenant('a').submit(packet('select 1'));
      now.mockImplementation(() => new Date(2019, 1).getTime() + performance.now());
      const until = performance.now() + 5_000;
      while (executors.counts().connections > 0 && performance.now() < until) await pause(5);
      expect(executors.counts().connections).toBe(0);
    } finally {
      now.mockRestore();
    }
  });

  it('replaces a connection that is old', async () => {
    use({ maxLifetimeMs: 0 });
    const executor = tenant('a');
    const first = await pidOf(executor);
    await pause(5);
    expect(await pidOf(executor)).not.toBe(first);
  });

  it.each([
    ["select set_config('client_encoding', 'LATIN1', false)", "current_setting('client_encoding')", 'UTF8'],
    [
      "select set_config('datestyle', 'German', false)",
      "to_char(date '2026-01-02', 'DD') || '2026-01-02'::date",
      '022026-01-02',
    ],
  ])('that a request left altered is not handed to the next one: %s', async (alter, shown, expected) => {
    use();
    const executor = tenant('a');
    const pid = await pidOf(executor);
    await executor.submit(packet(alter.replace('false', 'true')));
    expect(await pidOf(executor)).toBe(pid);
    await executor.submit(packet(alter));
    expect(await pidOf(executor)).not.toBe(pid);
    expect(await fieldOf(executor, `select ${shown}`)).toBe(expected);
  });

  it('does not give back a connection that somebody left in a transaction', async () => {
    use();
    const executor = tenant('a', { poolSize: 1 });
    const first = await pidOf(executor);
    await executor.submit(packet('begin'));
    expect(await pidOf(executor)).not.toBe(first);
  });
});

describe('a database', () => {
  it('that is not there is PGRST000 for everybody who waits', async () => {
    use();
    await proxy.refuse();
    const executor = tenant('a');
    const submitted = await Promise.allSettled([1, 2, 3].map(() => executor.submit(packet('select 1'))));
    for (const result of submitted) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'PGRST000', status: 503 } });
    }
    await proxy.resume();
    expect(await fieldOf(executor, 'select 1')).toBe('1');
  });

  it('that is not there is asked by one connection at a time, with pauses', async () => {
    use();
    const attempts = await hangingUp(async (port) => {
      const url = new URL(proxy.url());
      url.port = String(port);
      const stormed = tenant('b', { poolSize: 10, databaseUrl: url.href });
      const until = performance.now() + 1_000;
      while (performance.now() < until) {
        const tries = await Promise.allSettled(Array.from({ length: 20 }, () => stormed.submit(packet('select 1'))));
        for (const { status } of tries) expect(status).toBe('rejected');
      }
    });
    expect(attempts.most).toBe(1);
    // 25 to 50, 50 to 100 ... at last 250 to 500 ms apart: not the hundreds of a loop.
    expect(attempts.all).toBeLessThan(12);
  });

  it('that has no connection to spare is served by those it gave, and asked for more in pauses', async () => {
    use();
    const few = tenant('few', { poolSize: 6, databaseUrl: await limitedLogin(2) });
    const results = await Promise.all(Array.from({ length: 30 }, () => fieldOf(few, 'select 1 from pg_sleep(0.01)')));
    expect(new Set(results)).toEqual(new Set(['1']));
    // An attempt for one more may still be under way.
    await eventually(() => executors.counts().connections === 2);
  });

  it('that refuses the login is PGRST000 and says why', async () => {
    use();
    const url = new URL(proxy.url());
    url.pathname = '/no_such_database';
    const submitted = tenant('a', { databaseUrl: url.href }).submit(packet('select 1'));
    await expect(submitted).rejects.toMatchObject({
      code: 'PGRST000',
      details: 'database "no_such_database" does not exist',
    });
    await expect(submitted).rejects.toBeInstanceOf(EngineError);
  });

  it('with a URL that cannot be read is PGRST000 without the URL', async () => {
    use();
    const submitted = tenant('a', { databaseUrl: 'postgres://u:secret@h:99999/d' }).submit(packet('select 1'));
    await expect(submitted).rejects.toMatchObject({ code: 'PGRST000' });
    await expect(submitted).rejects.not.toThrow('secret');
  });

  it('that does not answer is given up', async () => {
    use({ connectTimeoutMs: 50 });
    const submitted = tenant('a', { databaseUrl: 'postgres://u@10.255.255.1/d' }).submit(packet('select 1'));
    await expect(submitted).rejects.toMatchObject({ code: 'PGRST000' });
  });

  it('that was restarted serves the next request without an error', async () => {
    use();
    const executor = tenant('a');
    const first = await pidOf(executor);
    await database.query(`select pg_terminate_backend(${first})`);
    await eventually(() => executors.counts().connections === 0);
    expect(await pidOf(executor)).not.toBe(first);
  });

  it('that stops while it works tells so', async () => {
    use();
    const executor = tenant('a');
    const pid = await pidOf(executor);
    const submitted = executor.submit(sleep(5));
    const refused = expect(submitted).rejects.toMatchObject({ fields: { severity: 'FATAL', code: '57P01' } });
    await pause(20);
    await database.query(`select pg_terminate_backend(${pid})`);
    await refused;
    expect(await fieldOf(executor, 'select 1')).toBe('1');
  });

  it('that goes away without a word while it works is PGRST001', async () => {
    use();
    const executor = tenant('a');
    await pidOf(executor);
    const submitted = executor.submit(sleep(5));
    const refused = expect(submitted).rejects.toMatchObject({ code: 'PGRST001', status: 503 });
    await pause(20);
    proxy.cut();
    await refused;
    expect(await fieldOf(executor, 'select 1')).toBe('1');
  });

  it('that sends more in one row than is allowed is left', async () => {
    use({ maxAnswerBytes: 10_000 });
    const executor = tenant('a');
    expect(await fieldOf(executor, `select length(repeat('x', 9000))`)).toBe('9000');
    const submitted = executor.submit(packet(`select repeat('x', 20000)`));
    await expect(submitted).rejects.toMatchObject({ fields: { code: '54000' } });
    expect(await fieldOf(executor, 'select 1')).toBe('1');
  });

  it('that fills the memory with small rows, of several statements, is left', async () => {
    use({ maxAnswerBytes: 10_000 });
    const executor = tenant('a');
    const rows = (count: number) => `select from generate_series(1, ${count})`;
    expect(await executor.submit(packet(rows(40), rows(40)))).toHaveLength(2);
    await expect(executor.submit(packet(rows(60), rows(60)))).rejects.toMatchObject({ fields: { code: '54000' } });
    expect(await fieldOf(executor, 'select 1')).toBe('1');
  });
});

describe('tenants', () => {
  it('have connections of their own', async () => {
    use();
    expect(await pidOf(tenant('a'))).not.toBe(await pidOf(tenant('b')));
  });

  it('share the common limit: who was idle longest gives way', async () => {
    use({ maxConnections: 2 });
    const first = await pidOf(tenant('a'));
    const second = await pidOf(tenant('b'));
    expect(await pidOf(tenant('b'))).toBe(second);
    await pidOf(tenant('c'));
    expect(executors.counts().connections).toBe(2);
    expect(await pidOf(tenant('b'))).toBe(second);
    expect(await pidOf(tenant('a'))).not.toBe(first);
  });

  it('that are busy do not keep another one out for ever', async () => {
    use({ maxConnections: 2, acquireTimeoutMs: 2_000 });
    const greedy = tenant('greedy');
    let stop = false;
    const load = Promise.all(
      [1, 2, 3, 4].map(async () => {
        while (!stop) await greedy.submit(sleep(0.005));
      }),
    );
    await pause(30);
    expect(await fieldOf(tenant('modest'), 'select 1')).toBe('1');
    stop = true;
    await load;
  });

  it('that are all busy leave places for those who have none yet', async () => {
    use({ maxConnections: 4 });
    const greedy = tenant('greedy', { poolSize: 10 });
    const ended: string[] = [];
    const busy = Array.from({ length: 10 }, () => greedy.submit(sleep(1)).then(() => ended.push('greedy')));
    await eventually(() => executors.counts().connections === 3);
    await tenant('modest').submit(packet('select 1'));
    ended.push('modest');
    await Promise.all(busy);
    expect(ended[0]).toBe('modest');
    expect(ended).toHaveLength(11);
  });

  it('wait for the common limit no longer than for their own', async () => {
    use({ maxConnections: 1, acquireTimeoutMs: 500 });
    const busy = tenant('a').submit(sleep(1));
    await pause(20);
    await expect(tenant('b').submit(packet('select 1'))).rejects.toMatchObject({ code: 'PGRST003' });
    await busy;
    expect(await fieldOf(tenant('b'), 'select 1')).toBe('1');
  });

  it('that were forgotten end in peace', async () => {
    use({ maxTenants: 1 });
    const running = tenant('a').submit(packet(`select 1 from pg_sleep(0.05)`));
    await pause(20);
    tenant('b');
    expect((await running)[0]?.rows).toEqual([['1']]);
    await eventually(() => executors.counts().connections === 0);
  });
});

describe('a new version of a tenant', () => {
  it('keeps its connections when they are the same', async () => {
    use();
    const pid = await pidOf(tenant('a'));
    expect(await pidOf(tenant('a', { version: 2, poolSize: 5 }))).toBe(pid);
  });

  it('gets new ones when they are not, and the old ones end in peace', async () => {
    use();
    const old = tenant('a');
    const running = old.submit(packet(`select 1 from pg_sleep(0.05)`));
    await pause(20);
    const changed = tenant('a', { version: 2, databaseUrl: proxy.url({ application_name: 'changed' }) });
    expect(await fieldOf(changed, `select current_setting('application_name')`)).toBe('changed');
    expect((await running)[0]?.rows).toEqual([['1']]);
    await eventually(() => executors.counts().connections === 1);
    expect(await fieldOf(old, 'select 1')).toBe('1');
  });

  it('is not undone by a request that still holds the old one', async () => {
    use();
    const changed = tenant('a', { version: 2, databaseUrl: proxy.url({ application_name: 'changed' }) });
    expect(tenant('a', { version: 1 })).toBe(changed);
  });
});

describe('closing', () => {
  it('lets running packets end', async () => {
    use();
    const running = tenant('a').submit(packet(`select 1 from pg_sleep(0.05)`));
    await eventually(() => proxy.open === 1 && executors.counts().waiting === 0);
    await executors.close();
    expect((await running)[0]?.rows).toEqual([['1']]);
    await eventually(() => proxy.open === 0);
  });

  it('does not wait for ever', async () => {
    use();
    const refused = expect(tenant('a').submit(sleep(10))).rejects.toMatchObject({ code: 'PGRST001' });
    await eventually(() => proxy.open === 1 && executors.counts().waiting === 0);
    await executors.close(50);
    await refused;
  });

  it('does not wait for a server that has yet to wake', async () => {
    let wakeUp: (isAwake: boolean) => void = () => undefined;
    let asked = false;
    use({
      wake: () => {
        asked = true;
        return new Promise((resolve) => (wakeUp = resolve));
      },
    });
    const asleep = tenant('a', { databaseUrl: 'postgres://nobody@127.0.0.1:1/nowhere' });
    const refused = expect(asleep.submit(packet('select 1'))).rejects.toMatchObject({ code: 'PGRST000' });
    await eventually(() => asked);
    await executors.close(50);
    await refused;
    wakeUp(false);
  });
});
