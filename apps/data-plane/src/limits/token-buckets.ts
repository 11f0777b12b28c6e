/**
 * A token bucket per tenant, in this process: full it holds `burst`, and it fills by `requests_per_second`. A request takes
 * whole tokens out, as far as there are.
 */
import { LRUCache } from 'lru-cache';
import type { Grant, TokenRequest, TokenSource } from './token-source.js';

interface Bucket {
  tokens: number;
  /** Milliseconds of the clock given. */
  filledAt: number;
}

/** Buckets kept; a forgotten one starts full, which lets a burst through and no more. */
const maxBuckets = 20_000;

export class TokenBuckets implements TokenSource {
  readonly #buckets = new LRUCache<string, Bucket>({ max: maxBuckets });

  /** @param now milliseconds of a clock that never goes back. */
  constructor(private readonly now: () => number) {}

  take({ key, limit, want }: TokenRequest): Grant {
    const { burst, requests_per_second: rate } = limit;
    const now = this.now();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, filledAt: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAt) / 1000) * rate);
    bucket.filledAt = now;
    this.#buckets.set(key, bucket);
    const granted = Math.min(want, Math.floor(bucket.tokens));
    bucket.tokens -= granted;
    const waitMs = granted > 0 ? 0 : ((1 - bucket.tokens) / rate) * 1000;
    return { granted, remaining: Math.floor(bucket.tokens), waitMs };
  }
}
