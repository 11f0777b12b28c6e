/**
 * Takes tokens from a source that is far away, several at a time, and gives them out one by one: most requests do not wait
 * for it, and all processes together still get no more than the source grants.
 */
import { LRUCache } from 'lru-cache';
import type { Grant, RateLimit, TokenRequest, TokenSource } from './token-source.js';

interface Lease {
  tokens: number;
  /** What the source had left when it granted these. */
  remaining: number;
  /** Milliseconds of the clock given: tokens in stock longer than this are let go, others may have needed them. */
  until: number;
  /** The source had nothing and will have something at this time; and when it is asked again at the latest. */
  nextAt: number;
  askAgainAt: number;
  asking: boolean;
  readonly waiting: ((grant: Grant) => void)[];
}

/** Milliseconds a token may be kept in stock, and a refusal be believed though the limit may have changed. */
const believedMs = 1_000;
/** At a time at most a twentieth of the burst and of what comes in a second, so that no process hoards. */
const partOfLimit = 20;
const maxChunk = 100;
/** Tenants remembered; a forgotten one asks the source again. */
const maxLeases = 20_000;

export class LeasedTokens implements TokenSource {
  readonly #leases = new LRUCache<string, Lease>({ max: maxLeases });

  constructor(
    /** Never rejects. */
    private readonly source: TokenSource,
    /** Milliseconds of a clock that never goes back. */
    private readonly now: () => number,
  ) {}

  /** Always one token. */
  take({ key, limit }: Omit<TokenRequest, 'want'>): Grant | Promise<Grant> {
    const lease = this.#leaseOf(key);
    const now = this.now();
    if (lease.tokens > 0 && now < lease.until) return spend(lease);
    lease.tokens = 0;
    if (now < lease.askAgainAt) return { granted: 0, remaining: 0, waitMs: lease.nextAt - now };
    return new Promise((resolve) => {
      lease.waiting.push(resolve);
      if (!lease.asking) void this.#ask(key, limit, lease);
    });
  }

  #leaseOf(key: string): Lease {
    const known = this.#leases.get(key);
    if (known !== undefined) return known;
    const lease: Lease = { tokens: 0, remaining: 0, until: 0, nextAt: 0, askAgainAt: 0, asking: false, waiting: [] };
    this.#leases.set(key, lease);
    return lease;
  }

  /** Until everybody who waits has an answer. */
  async #ask(key: string, limit: RateLimit, lease: Lease): Promise<void> {
    lease.asking = true;
    while (lease.waiting.length > 0) {
      const grant = await this.source.take({ key, limit, want: Math.max(chunkOf(limit), lease.waiting.length) });
      const now = this.now();
      lease.tokens = grant.granted;
      lease.remaining = grant.remaining;
      lease.until = now + believedMs;
      for (const resolve of lease.waiting.splice(0, grant.granted)) resolve(spend(lease));
      if (grant.granted > 0) continue;
      lease.nextAt = now + grant.waitMs;
      lease.askAgainAt = now + Math.min(grant.waitMs, believedMs);
      for (const resolve of lease.waiting.splice(0)) resolve(grant);
    }
    lease.asking = false;
  }
}

function spend(lease: Lease): Grant {
  lease.tokens -= 1;
  return { granted: 1, remaining: lease.remaining + lease.tokens, waitMs: 0 };
}

function chunkOf({ burst, requests_per_second: rate }: RateLimit): number {
  return Math.max(1, Math.min(maxChunk, Math.floor(Math.min(burst, rate) / partOfLimit)));
}
