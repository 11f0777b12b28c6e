/** Where this process gets its configurations: the control plane with copies on disk, or a tenants file. */
import path from 'node:path';
import { createJwksWatcher, fetchJwks, roleClaimKeyProblem } from '@perch/jwt';
import type { Observer } from '@perch/observability';
import {
  createFileSnapshotSource,
  createHttpSnapshotSource,
  createLastGoodCopies,
  type LastGoodCopies,
  type SnapshotSource,
} from '@perch/tenancy';
import type { SourceConfig } from './config.js';
import { createSchemaCopies, type SchemaCopies } from './schema-copies.js';

export interface Snapshots {
  readonly source: SnapshotSource;
  /** undefined for a file: it is there at the next start as well. */
  readonly lastGoodCopies: LastGoodCopies | undefined;
  readonly schemaCopies: SchemaCopies | undefined;
}

export function createSnapshots(config: SourceConfig, observer: Observer): Snapshots {
  switch (config.kind) {
    case 'control-plane': {
      const { url: controlPlaneUrl, fleetToken, copies } = config;
      return {
        source: createHttpSnapshotSource({ controlPlaneUrl, fleetToken, observer }),
        lastGoodCopies: createLastGoodCopies({ directory: path.join(copies, 'snapshots'), fleetToken, observer }),
        schemaCopies: createSchemaCopies({ directory: path.join(copies, 'schemas'), fleetToken, observer }),
      };
    }
    case 'file': {
      const directory = config.copies === undefined ? undefined : path.join(config.copies, 'schemas');
      return {
        source: createFileSnapshotSource({
          path: config.path,
          observer,
          checkRoleClaimKey: roleClaimKeyProblem,
          createKeySets: (events) => createJwksWatcher({ ...events, fetch: (url) => fetchJwks(url, config.jwks) }),
        }),
        lastGoodCopies: undefined,
        schemaCopies:
          directory === undefined ? undefined : createSchemaCopies({ directory, fleetToken: undefined, observer }),
      };
    }
  }
}
