/**
 * Token buckets in Redis or Valkey, for all proxies of a fleet together: one script reads, fills and takes, by the clock of
 * that server. It rejects at once while the server is away.
 *
 * @see https://redis.io/docs/latest/develop/programmability/eval-intro/
 */
import { Redis } from 'ioredis';
import { z } from 'zod';
import type { TokenSource } from './token-source.js';

/** Milliseconds that a request waits for the server at most. */
const commandTimeoutMs = 250;
const connectTimeoutMs = 2_000;
/** Milliseconds that a process waits with its start. */
const firstConnectionMs = 1_000;
/** Milliseconds between two attempts to connect, growing to the second. */
const reconnectMs = { first: 50, longest: 1_000 } as const;
/** Milliseconds: a bucket that nobody asks for is forgotten when it is full, and after a month at the latest. */
const longestLifeMs = 30 * 24 * 3_600_000;

/**
 * KEYS: the bucket. ARGV: tokens per second, burst, tokens wanted, longest life. Returns tokens granted, tokens left,
 * milliseconds to wait. A clock that is set back fills nothing and takes nothing away.
 */
const takeScript = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local rate, burst, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'filled')
local tokens, filled = tonumber(bucket[1]) or burst, tonumber(bucket[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - filled) / 1000 * rate)
local granted = math.min(want, math.floor(tokens))
tokens = tokens - granted
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'filled', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.min(tonumber(ARGV[4]), math.ceil(burst / rate * 1000) + 1000)))
local wait = 0
if granted == 0 then wait = math.ceil((1 - tokens) / rate * 1000) end
return { granted, math.floor(tokens), wait }
`;

const replySchema = z.tuple([z.number(), z.number(), z.number()]);

export interface RedisTokens extends TokenSource {
  close(): void;
}

/** Resolves when it is connected, or could not be within a second: then it goes on trying. */
export async function openRedisTokens(url: string): Promise<RedisTokens> {
  const redis = new Redis(url, {
    commandTimeout: commandTimeoutMs,
    connectTimeout: connectTimeoutMs,
    // While it is away a request must not wait for it.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(reconnectMs.longest, reconnectMs.first * 2 ** Math.min(times, 10)),
  });
  // Every command says so itself.
  redis.on('error', () => {});
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, firstConnectionMs);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return {
    async take({ key, limit, want }) {
      const { requests_per_second: rate, burst } = limit;
      const reply = await redis.eval(takeScript, 1, `perch:rate-limit:${key}`, rate, burst, want, longestLifeMs);
      const [granted, remaining, waitMs] = replySchema.parse(reply);
      return { granted, remaining, waitMs };
    },
    close: () => redis.disconnect(),
  };
}
