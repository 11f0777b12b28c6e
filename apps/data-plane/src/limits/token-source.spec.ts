import { LeasedTokens } from './leased-tokens.js';
import { TokenBuckets } from './token-buckets.js';
import type { Grant, TokenRequest, TokenSource } from './token-source.js';
import { tokensWithFallback } from './tokens-with-fallback.js';

const limit = { requests_per_second: 10, burst: 5 };
let clock = 0;
const now = () => clock;
const pass = (grant: Grant) => grant.granted === 1;

beforeEach(() => (clock = 0));

describe('token buckets', () => {
  it('let a burst through, then the steady rate', () => {
    const buckets = new TokenBuckets(now);
    const take = () => buckets.take({ key: 'a', limit, want: 1 });
    expect(Array.from({ length: 5 }, take).map(({ remaining }) => remaining)).toEqual([4, 3, 2, 1, 0]);
    expect(take()).toEqual({ granted: 0, remaining: 0, waitMs: 100 });
    clock += 40;
    expect(take().waitMs).toBeCloseTo(60);
    clock += 60;
    expect(pass(take())).toBe(true);
    expect(pass(take())).toBe(false);
    clock += 60_000;
    expect(take().remaining).toBe(4);
  });

  it('are a tenant`s own, and give what they have when more is wanted', () => {
    const buckets = new TokenBuckets(now);
    expect(buckets.take({ key: 'a', limit, want: 9 })).toEqual({ granted: 5, remaining: 0, waitMs: 0 });
    expect(buckets.take({ key: 'b', limit, want: 2 })).toEqual({ granted: 2, remaining: 3, waitMs: 0 });
  });

  it('follow a limit that changes', () => {
    const buckets = new TokenBuckets(now);
    buckets.take({ key: 'a', limit: { requests_per_second: 1, burst: 100 }, want: 1 });
    expect(buckets.take({ key: 'a', limit, want: 100 }).granted).toBe(5);
  });
});

describe('leased tokens', () => {
  /** Counts what it is asked for. */
  const counting = (source: TokenSource) => {
    const asked: TokenRequest[] = [];
    return { asked, source: { take: async (request: TokenRequest) => (asked.push(request), source.take(request)) } };
  };
  const large = { requests_per_second: 100, burst: 200 };

  it('of several processes are together no more than the source has', async () => {
    const shared = new TokenBuckets(now);
    const processes = [1, 2, 3].map(() => new LeasedTokens(shared, now));
    const grants = await Promise.all(
      Array.from({ length: 600 }, (_none, index) => processes[index % 3]?.take({ key: 'a', limit: large })),
    );
    expect(grants.filter((grant) => grant !== undefined && pass(grant))).toHaveLength(200);
  });

  it('ask for several at a time, and for nothing while there is nothing', async () => {
    const { asked, source } = counting(new TokenBuckets(now));
    const tokens = new LeasedTokens(source, now);
    for (let i = 0; i < 200; i += 1) expect(pass(await tokens.take({ key: 'a', limit: large }))).toBe(true);
    expect(asked).toHaveLength(40);
    for (let i = 0; i < 50; i += 1) expect(pass(await tokens.take({ key: 'a', limit: large }))).toBe(false);
    expect(asked).toHaveLength(41);
    clock += 10;
    expect(pass(await tokens.take({ key: 'a', limit: large }))).toBe(true);
  });

  it('ask once for all who wait at the same time', async () => {
    const { asked, source } = counting(new TokenBuckets(now));
    const tokens = new LeasedTokens(source, now);
    const grants = await Promise.all(Array.from({ length: 4 }, () => tokens.take({ key: 'a', limit })));
    expect(grants.every(pass)).toBe(true);
    expect(asked.map(({ want }) => want)).toEqual([1, 3]);
  });

  it('are not kept for long', async () => {
    const { asked, source } = counting(new TokenBuckets(now));
    const tokens = new LeasedTokens(source, now);
    await tokens.take({ key: 'a', limit: large });
    clock += 2_000;
    await tokens.take({ key: 'a', limit: large });
    expect(asked).toHaveLength(2);
  });
});

describe('tokens with a fallback', () => {
  it('come from it as soon as the source is away, and from the source when that is back', async () => {
    const said: string[] = [];
    let away = false;
    let asked = 0;
    const source: TokenSource = {
      async take() {
        asked += 1;
        if (away) throw new Error('away');
        return { granted: 1, remaining: 77, waitMs: 0 };
      },
    };
    const tokens = tokensWithFallback({
      source,
      fallback: new TokenBuckets(now),
      now,
      onAway: (reason) => said.push(String(reason)),
      onBack: () => said.push('back'),
    });
    const take = async () => (await tokens.take({ key: 'a', limit, want: 1 })).remaining;
    expect(await take()).toBe(77);
    away = true;
    expect([await take(), await take(), await take()]).toEqual([4, 3, 2]);
    expect(asked).toBe(2);
    away = false;
    expect(await take()).toBe(1);
    clock += 1_500;
    expect(await take()).toBe(77);
    expect(said).toEqual(['Error: away', 'back']);
  });
});
