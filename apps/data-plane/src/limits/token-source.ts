/** The port through which rate limits get their tokens: from this process, from its supervisor, or from Redis. */
import type { DataApiSettings } from '@perch/contract';

export type RateLimit = NonNullable<DataApiSettings['rate_limit']>;

export interface TokenRequest {
  /** Tenant key: nobody takes from another's bucket. */
  readonly key: string;
  readonly limit: RateLimit;
  /** Tokens, at least 1. Fewer may be granted, none when the bucket is empty. */
  readonly want: number;
}

export interface Grant {
  readonly granted: number;
  /** Tokens that are left in the bucket. */
  readonly remaining: number;
  /** Milliseconds until there is one again; 0 when some were granted. */
  readonly waitMs: number;
}

export interface TokenSource {
  take(request: TokenRequest): Grant | Promise<Grant>;
}
