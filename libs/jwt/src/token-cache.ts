/**
 * Which tokens were verified: a bounded cache of claims, keyed by tenant, by what its verification depends on and by the
 * token's hash, so that no tenant ever meets another one's verdict and a change of keys forgets them all.
 */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { AuthResult } from '@perch/engine';
import type { JsonObject } from './json-value.js';

/** What is remembered of a token with a good signature. Its claims are judged anew each time. */
export interface VerifiedToken {
  readonly claims: JsonObject;
  /** undefined when the token has no role and there is no anonymous one either. */
  readonly result: AuthResult | undefined;
}

interface Entry extends VerifiedToken {
  /** Milliseconds since the epoch. */
  readonly rememberedUntil: number;
}

/** What an entry weighs beside the text of its claims: the parsed claims are about as much again. */
const ENTRY_BYTES = 500;

export class TokenCache {
  private readonly entries: LRUCache<string, Entry>;

  constructor(maxBytes: number) {
    this.entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ result }) => ENTRY_BYTES + 4 * (result?.claimsJson.length ?? 0),
    });
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: string, nowMs: number): VerifiedToken | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.rememberedUntil > nowMs) return entry;
    this.entries.delete(key);
    return undefined;
  }

  set(key: string, verified: VerifiedToken, rememberedUntil: number): void {
    this.entries.set(key, { ...verified, rememberedUntil });
  }
}

/** @param scope tenant and key set; a hash of fixed length follows it, so that no two scopes can meet. */
export function cacheKey(scope: string, token: string): string {
  return scope + hash('sha256', token, 'base64');
}
