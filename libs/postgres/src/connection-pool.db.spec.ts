/** Promise: who wants a connection opened from now on gets one, at the price of one idle connection at most. */
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { ConnectionBudget } from './connection-budget.js';
import { ConnectionPool } from './connection-pool.js';
import { parseDatabaseUrl } from './database-url.js';
import { PacketConnection } from './packet-connection.js';
import { eventually } from '../test/packets.js';

describe('a connection that has to be newer than those that are open', () => {
  let database: TestDatabase;
  let isAway: boolean;
  let pool: ConnectionPool;
  const make = (max: number, budget = 10) => {
    const address = parseDatabaseUrl(database.url);
    const open = () => {
      if (isAway) return Promise.reject(new Error('away'));
      return PacketConnection.connect(address, {
        connectTimeoutMs: 5_000,
        maxPreparedStatements: 10,
        prepare: true,
        maxAnswerBytes: 1_000_000,
        cancelTimeoutMs: 5_000,
      });
    };
    const options = { acquireTimeoutMs: 10_000, idleTimeoutMs: 60_000, maxLifetimeMs: 60_000 };
    pool = new ConnectionPool(open, new ConnectionBudget(budget, () => {}), max, options);
    return pool;
  };
  const fill = async (connections: number) => {
    const open = await Promise.all(Array.from({ length: connections }, () => pool.acquire(undefined)));
    for (const connection of open) pool.release(connection);
    return open;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  beforeEach(() => {
    isAway = false;
  });
  afterEach(() => pool.drain());
  afterAll(() => database.drop());

  it.each([
    ['leaves idle ones where there is room', { max: 5, budget: 10 }, 3],
    ['takes the place of one where the pool is full', { max: 3, budget: 10 }, 2],
    ['takes the place of one where the process is full', { max: 5, budget: 3 }, 2],
  ])('%s', async (_, { max, budget }, left) => {
    make(max, budget);
    const before = await fill(3);
    const since = performance.now();
    const connection = await pool.acquire(undefined, since);
    expect(connection.askedAt).toBeGreaterThanOrEqual(since);
    expect(before.filter(({ usable }) => usable)).toHaveLength(left);
    pool.release(connection);
    expect(pool.counts).toMatchObject({ idle: left + 1, waiting: 0 });
  });

  it('waits for a busy one to end where all are busy, while the others are served before it', async () => {
    make(2);
    await fill(2);
    const busy = [await pool.acquire(undefined), await pool.acquire(undefined)];
    const fresh = pool.acquire(undefined, performance.now());
    const other = pool.acquire(undefined);
    const [first, second] = busy;
    if (first === undefined || second === undefined) throw new Error('none');
    pool.release(first);
    expect(await other).toBe(first);
    pool.release(second);
    pool.release(first);
    const connection = await fresh;
    expect(busy).not.toContain(connection);
    pool.release(connection);
    await eventually(() => pool.counts.idle === 2);
  });

  it('is refused at once when none can be made, and those that are open stay', async () => {
    make(5);
    await fill(2);
    isAway = true;
    await expect(pool.acquire(undefined, performance.now())).rejects.toMatchObject({ code: 'PGRST000' });
    expect(pool.counts).toEqual({ connections: 2, idle: 2, waiting: 0 });
  });
});
