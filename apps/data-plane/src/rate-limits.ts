/** A token bucket per tenant: full it holds `burst`, and it fills by `requests_per_second`. */
import { LRUCache } from 'lru-cache';
import type { ActiveTenant } from './active-tenant.js';
import { edgeError } from './edge-catalogue.js';

interface Bucket {
  tokens: number;
  /** Milliseconds of the clock given. */
  filledAt: number;
}

/** Buckets kept; a forgotten one starts full, which lets a burst through and no more. */
const maxBuckets = 20_000;

export class RateLimits {
  readonly #buckets = new LRUCache<string, Bucket>({ max: maxBuckets });

  /** @param now milliseconds of a clock that never goes back. */
  constructor(private readonly now: () => number) {}

  /** @throws EngineError PERCH005 with the seconds until a request may pass */
  take(tenant: ActiveTenant): void {
    const limit = tenant.snapshot.settings.rate_limit;
    if (limit === null) return;
    const now = this.now();
    const bucket = this.#buckets.get(tenant.key) ?? { tokens: limit.burst, filledAt: now };
    const gained = ((now - bucket.filledAt) / 1000) * limit.requests_per_second;
    bucket.tokens = Math.min(limit.burst, bucket.tokens + gained);
    bucket.filledAt = now;
    this.#buckets.set(tenant.key, bucket);
    if (bucket.tokens < 1) {
      throw edgeError('PERCH005', { retryAfter: Math.ceil((1 - bucket.tokens) / limit.requests_per_second) });
    }
    bucket.tokens -= 1;
  }
}
