/**
 * `rate_limit` of a data API: a request takes a token or is refused, and its answer says how much is left. Where tokens come
 * from (this process, all workers, the whole fleet) is the source's business.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (sections 3 and 4)
 */
import type { ActiveTenant } from '../active-tenant.js';
import { edgeError } from '../edge-catalogue.js';
import type { Exchange } from '../exchange.js';
import type { Grant, RateLimit, TokenSource } from './token-source.js';

export class RateLimits {
  constructor(private readonly source: TokenSource) {}

  /**
   * undefined: passed, without having to wait.
   * @throws EngineError PERCH005 (or rejects with it) with the seconds until a request may pass
   */
  take(tenant: ActiveTenant, exchange: Exchange): Promise<void> | undefined {
    const limit = tenant.snapshot.settings.rate_limit;
    if (limit === null) return undefined;
    const grant = this.source.take({ key: tenant.key, limit, want: 1 });
    if (grant instanceof Promise) return grant.then((late) => pass(late, limit, exchange));
    pass(grant, limit, exchange);
    return undefined;
  }
}

function pass(grant: Grant, limit: RateLimit, exchange: Exchange): void {
  exchange.limitHeaders = headersOf(grant, limit);
  // At least 1: a client that comes back at once would be refused again.
  if (grant.granted === 0) throw edgeError('PERCH005', { retryAfter: Math.max(1, Math.ceil(grant.waitMs / 1000)) });
}

/** The quota is a full bucket, its window the time in which an empty one fills. Seconds. */
function headersOf({ remaining, waitMs }: Grant, { burst, requests_per_second: rate }: RateLimit) {
  const window = Math.max(1, Math.ceil(burst / rate));
  const untilFull = Math.ceil(Math.max(waitMs / 1000, (burst - remaining) / rate));
  return [
    ['RateLimit-Policy', `"requests";q=${burst};w=${window}`],
    ['RateLimit', `"requests";r=${remaining};t=${untilFull}`],
  ] as const;
}
