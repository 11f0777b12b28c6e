/**
 * Where this process gets the tokens of rate limits: from the place that all who share a limit can reach, and while that is
 * away from the next nearer one. Redis is the fleet's, the supervisor all workers', the last is this process alone.
 */
import type { Observer } from '@perch/observability';
import { LeasedTokens } from './leased-tokens.js';
import { openRedisTokens } from './redis-tokens.js';
import { TokenBuckets } from './token-buckets.js';
import type { TokenSource } from './token-source.js';
import { tokensWithFallback } from './tokens-with-fallback.js';

export interface TokenSourceOptions {
  /** undefined: every data plane counts for itself. */
  readonly redisUrl: string | undefined;
  /** Buckets of all workers; undefined for a process that is alone. */
  readonly supervisor: TokenSource | undefined;
  readonly observer: Observer;
}

export interface OpenTokenSource {
  readonly source: TokenSource;
  close(): void;
}

export async function createTokenSource({
  redisUrl,
  supervisor,
  observer,
}: TokenSourceOptions): Promise<OpenTokenSource> {
  const now = () => performance.now();
  const own = new TokenBuckets(now);
  const preferring = (source: TokenSource, fallback: TokenSource, name: string) => {
    const say = (text: string) => observer.note({ kind: 'message', level: 'warn', text: `rate limits: ${text}` });
    return tokensWithFallback({
      source,
      fallback,
      now,
      onAway: (reason) => say(`${name} does not answer, they are counted nearer (${String(reason)})`),
      onBack: () => say(`${name} answers again`),
    });
  };
  const near = supervisor === undefined ? own : preferring(supervisor, own, 'the supervisor');
  if (redisUrl === undefined) {
    return { source: supervisor === undefined ? own : new LeasedTokens(near, now), close: () => {} };
  }
  const redis = await openRedisTokens(redisUrl);
  return { source: new LeasedTokens(preferring(redis, near, 'Redis'), now), close: () => redis.close() };
}
