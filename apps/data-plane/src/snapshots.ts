/** Where this process gets its configurations: the control plane with copies on disk, or a tenants file. */
import { createJwksWatcher, fetchJwks } from '@perch/jwt';
import type { Observer } from '@perch/observability';
import {
  createFileSnapshotSource,
  createHttpSnapshotSource,
  createLastGoodCopies,
  type LastGoodCopies,
  type SnapshotSource,
} from '@perch/tenancy';
import type { SourceConfig } from './config.js';

export interface Snapshots {
  readonly source: SnapshotSource;
  /** undefined for a file: it is there at the next start as well. */
  readonly lastGoodCopies: LastGoodCopies | undefined;
}

export function createSnapshots(config: SourceConfig, observer: Observer): Snapshots {
  switch (config.kind) {
    case 'control-plane':
      return {
        source: createHttpSnapshotSource({ controlPlaneUrl: config.url, fleetToken: config.fleetToken, observer }),
        lastGoodCopies: createLastGoodCopies({ directory: config.copies, fleetToken: config.fleetToken, observer }),
      };
    case 'file':
      return {
        source: createFileSnapshotSource({
          path: config.path,
          observer,
          createKeySets: (events) => createJwksWatcher({ ...events, fetch: (url) => fetchJwks(url, config.jwks) }),
        }),
        lastGoodCopies: undefined,
      };
  }
}
