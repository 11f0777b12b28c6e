/**
 * The port through which tenancy gets configurations: a source knows which data API an address names, hands out the
 * snapshot of one, and tells when one changed. It keeps no copies of its own; the snapshot cache does.
 */
import type { TenantSnapshot } from '@perch/contract';

/** What an address names, before anybody knows whether it exists. */
export interface TenantLocation {
  /** Tenant key. */
  readonly key: string;
  /** What stands before the dialect's own path in this request's URL, as sent; "" or starts with a slash, no slash at its end. */
  readonly prefix: string;
  /** The rest of the path, as sent; starts with a slash. */
  readonly path: string;
}

/** There is no such data API, as far as a source knows. */
export interface TenantAbsence {
  /** Changes up to this version are known to the source: one that was seen with a newer one may be there all the same. */
  readonly absentUpTo: number;
}

export interface SnapshotListener {
  /** The snapshot in force has this version. */
  changed(key: string, version: number): void;
  /** The data API is gone, as far as a source knows. */
  removed(key: string, absence: TenantAbsence): void;
  /** Changes may have been missed: everything held must be compared. */
  resync(): void;
  /** Whether changes arrive at present. A source that cannot be away says true once. */
  connected(isConnected: boolean): void;
}

export interface SnapshotSource {
  /** Which data API this host and path name; undefined when none can be. No I/O. */
  locate(host: string, path: string): TenantLocation | undefined;
  /**
   * The snapshot in force, or that there is no such data API.
   * @throws SnapshotSourceError when that cannot be told now.
   */
  fetch(key: string, signal?: AbortSignal): Promise<TenantSnapshot | TenantAbsence>;
  /** Begins to tell `listener` of changes; resolves when the source can be asked. */
  start(listener: SnapshotListener): Promise<void>;
  /** A token named a key that the snapshot does not have. Rate limited by the source; never throws. */
  reportUnknownKid(key: string): void;
  /** Its database refuses connections: whether it has been woken. Single flight; never throws. */
  wake(key: string): Promise<boolean>;
  stop(): Promise<void>;
}
