/** Promise: with REDIS_URL the fleet has one limit per data API, and without an answer of it requests go on. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Observation } from '@perch/observability';
import { hasRedis, startTestRedis, type TestRedis } from '../../../../tools/testing/test-redis.js';
import { createTokenSource, type OpenTokenSource } from './create-token-source.js';

// Skipped, and said so in the summary, where there is no redis-server on the PATH.
const withRedis = hasRedis ? describe : describe.skip;

withRedis('token buckets in Redis', () => {
  let redis: TestRedis;
  let open: OpenTokenSource[];
  let notes: Observation[];

  const use = async () => {
    const observer = { note: (note: Observation) => void notes.push(note) };
    const tokens = await createTokenSource({ redisUrl: redis.url, supervisor: undefined, observer });
    open.push(tokens);
    return tokens.source;
  };
  const texts = () => notes.map((note) => (note.kind === 'message' ? note.text : note.kind));

  beforeEach(async () => {
    open = [];
    notes = [];
    redis = await startTestRedis();
  });
  afterEach(async () => {
    for (const tokens of open) tokens.close();
    await redis.kill();
  });

  it('are shared by processes, and each data API has its own', async () => {
    const limit = { requests_per_second: 0.01, burst: 40 };
    const [one, other] = [await use(), await use()];
    const grants = await Promise.all(
      Array.from({ length: 100 }, (_none, index) => (index % 2 === 0 ? one : other).take({ key: 'a', limit, want: 1 })),
    );
    expect(grants.filter(({ granted }) => granted === 1)).toHaveLength(40);
    const refused = await one.take({ key: 'a', limit, want: 1 });
    expect(refused).toMatchObject({ granted: 0, remaining: 0 });
    expect(refused.waitMs).toBeGreaterThan(90_000);
    expect(refused.waitMs).toBeLessThanOrEqual(100_000);
    expect(await other.take({ key: 'b', limit, want: 1 })).toMatchObject({ granted: 1, remaining: 39 });
    expect(notes).toEqual([]);
  });

  it('fill with time', async () => {
    const limit = { requests_per_second: 50, burst: 1 };
    const source = await use();
    expect((await source.take({ key: 'a', limit, want: 1 })).granted).toBe(1);
    for (let passed = 0; passed < 3;) {
      const { granted, waitMs } = await source.take({ key: 'a', limit, want: 1 });
      passed += granted;
      await sleep(Math.ceil(waitMs));
    }
  });

  it('are this process`s own while Redis is away, and Redis` again when it is back', async () => {
    const limit = { requests_per_second: 0.01, burst: 5 };
    const source = await use();
    const take = async () => (await source.take({ key: 'a', limit, want: 1 })).granted;
    expect(await take()).toBe(1);
    await redis.kill();
    let passed = 0;
    for (let i = 0; i < 10; i += 1) passed += await take();
    expect(passed).toBe(5);
    expect(texts()).toEqual([expect.stringContaining('Redis does not answer')]);
    await redis.start();
    for (let waited = 0; (await take()) === 0; waited += 50) {
      if (waited > 10_000) throw new Error('Redis was not found again');
      await sleep(50);
    }
    expect(texts()).toHaveLength(2);
    expect(texts()[1]).toContain('Redis answers again');
  });

  it('do not hold requests up when Redis is away at the start', async () => {
    await redis.kill();
    const source = await use();
    const limit = { requests_per_second: 1, burst: 5 };
    expect(await source.take({ key: 'a', limit, want: 1 })).toMatchObject({ granted: 1, remaining: 4 });
  });
});
