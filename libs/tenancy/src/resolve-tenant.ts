/**
 * A request's host and path in, the data API they name and the path behind its prefix out: the first room a request
 * walks through.
 */
import type { TenantSnapshot } from '@perch/contract';
import type { Observer } from '@perch/observability';
import type { SnapshotCache } from './snapshot-cache.js';
import type { SnapshotSource } from './snapshot-source.js';
import { UnknownTenantError } from './tenancy-error.js';

export interface ResolvedTenant {
  readonly snapshot: TenantSnapshot;
  /** What stood before the dialect's own path in the URL of this request. */
  readonly prefix: string;
  /** Path behind the prefix, as sent; starts with a slash. */
  readonly path: string;
}

export interface TenantResolver {
  /**
   * At once when the snapshot is in memory, so that the usual request does not wait a turn.
   * @throws UnknownTenantError, TenantUnavailableError
   */
  resolve(host: string, path: string): ResolvedTenant | Promise<ResolvedTenant>;
}

export function createTenantResolver(source: SnapshotSource, cache: SnapshotCache, observer: Observer): TenantResolver {
  return {
    resolve(host, path) {
      const location = source.locate(host, path);
      if (location === undefined) {
        observer.note({ kind: 'tenant-lookup', outcome: 'unknown' });
        throw new UnknownTenantError();
      }
      const { prefix, path: rest } = location;
      const found = cache.get(location.key);
      return found instanceof Promise
        ? found.then((snapshot) => ({ snapshot, prefix, path: rest }))
        : { snapshot: found, prefix, path: rest };
    },
  };
}
