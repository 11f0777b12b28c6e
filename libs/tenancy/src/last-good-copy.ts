/**
 * Snapshots on local disk, so that a proxy that starts while the control plane is away serves what it served before. A
 * snapshot holds passwords: the files are sealed with a key derived from the fleet token.
 */
import { tenantSnapshotSchema, type TenantSnapshot } from '@perch/contract';
import type { Observer } from '@perch/observability';
import { createSealedFiles } from './sealed-files.js';

export interface LastGoodCopies {
  /** Whether there was a copy when last heard of; no I/O. */
  has(key: string): boolean;
  /** undefined when there is no usable copy. Never throws. */
  read(key: string): Promise<TenantSnapshot | undefined>;
  /** Resolves when the copy is safe on disk, or when that failed and was noted. Writes of one key keep their order. */
  write(snapshot: TenantSnapshot): Promise<void>;
  remove(key: string): Promise<void>;
  /** Resolves when everything begun is done. */
  settled(): Promise<void>;
}

export interface LastGoodCopyOptions {
  readonly directory: string;
  readonly fleetToken: string;
  readonly observer: Observer;
}

export function createLastGoodCopies({ directory, fleetToken, observer }: LastGoodCopyOptions): LastGoodCopies {
  const files = createSealedFiles({ directory, kind: 'snapshot', format: 1, observer });
  const ownerOf = (key: string) => ({ key, secret: fleetToken });
  return {
    has: files.has,
    read: (key) =>
      files.read(ownerOf(key), (content) => tenantSnapshotSchema.parse(JSON.parse(content.toString('utf8')))),
    write: (snapshot) => files.write(ownerOf(snapshot.key), Buffer.from(JSON.stringify(snapshot))),
    remove: files.remove,
    settled: files.settled,
  };
}
