/**
 * Snapshots from a tenants file, without a control plane: read at start, read again when it changes. A new file that has
 * a problem changes nothing and is said so; a tenant whose entry did not change keeps its version.
 */
import fs from 'node:fs/promises';
import {
  postgrestDefaults,
  resolveSettings,
  type Jwks,
  type TenantSnapshot,
  type TenantsFileEntry,
} from '@perch/contract';
import type { Observer } from '@perch/observability';
import { createHostTable, type HostTable } from './host-table.js';
import type { KeySetEvents, KeySets } from './key-sets.js';
import { parseTenantsFile, type CheckRoleClaimKey } from './parse-tenants-file.js';
import type { SnapshotListener, SnapshotSource, TenantAbsence } from './snapshot-source.js';
import { TenantsFileError } from './tenancy-error.js';
import { watchFile, type FileWatch } from './watch-file.js';
import { reasonOf } from './reason-of.js';

export interface FileSnapshotSourceOptions {
  readonly path: string;
  readonly observer: Observer;
  readonly createKeySets: (events: KeySetEvents) => KeySets;
  readonly checkRoleClaimKey: CheckRoleClaimKey;
  /** Milliseconds between two looks at the file, beside the notifications of the file system. Default 2,000. */
  readonly pollIntervalMs?: number;
}

/** A file says all that there is. */
const unknown: TenantAbsence = { absentUpTo: Infinity };

/** @throws TenantsFileError from `start` when the file has problems. */
export function createFileSnapshotSource(options: FileSnapshotSourceOptions): SnapshotSource {
  const { path, observer } = options;
  let entries: readonly TenantsFileEntry[] = [];
  let table: HostTable = createHostTable([]);
  let snapshots: ReadonlyMap<string, TenantSnapshot> = new Map();
  /** Last version of every name ever seen, so that a tenant that comes back does not go back. */
  const versions = new Map<string, number>();
  let text: string | undefined;
  let listener: SnapshotListener | undefined;
  let watch: FileWatch | undefined;
  let reloading: Promise<void> = Promise.resolve();

  const usersOf = (url: string) => entries.filter(({ jwt }) => jwt.jwks_url === url).map(({ name }) => name);
  const keySets = options.createKeySets({
    onKeys(url, { keys }) {
      for (const tenant of usersOf(url)) observer.note({ kind: 'jwks-fetched', tenant, keys: keys.length });
      publish();
    },
    onError(url, error) {
      const reason = reasonOf(error);
      for (const tenant of usersOf(url)) observer.note({ kind: 'jwks-fetch-failed', tenant, reason });
    },
  });

  /** Makes the snapshots of `entries` and tells of those that differ from before. */
  const publish = () => {
    const before = snapshots;
    snapshots = new Map(
      entries.map((entry) => {
        const fetched = entry.jwt.jwks_url == null ? undefined : keySets.get(entry.jwt.jwks_url);
        const old = before.get(entry.name);
        const same = old === undefined ? undefined : toSnapshot(entry, fetched, old.version);
        if (old !== undefined && JSON.stringify(same) === JSON.stringify(old)) return [entry.name, old];
        const version = (versions.get(entry.name) ?? 0) + 1;
        versions.set(entry.name, version);
        return [entry.name, toSnapshot(entry, fetched, version)];
      }),
    );
    for (const [key, snapshot] of snapshots) if (before.get(key) !== snapshot) listener?.changed(key, snapshot.version);
    for (const key of before.keys()) if (!snapshots.has(key)) listener?.removed(key, unknown);
  };

  /** @throws TenantsFileError */
  const load = async (): Promise<void> => {
    const content = await readText(path);
    if (content === text) return;
    const parsed = parseTenantsFile(content, options.checkRoleClaimKey);
    // Remembered also when refused, so that the same bad file is reported once.
    text = content;
    if (parsed.kind === 'problems') throw new TenantsFileError(path, parsed.problems);
    entries = parsed.entries;
    table = createHostTable(
      entries.map(({ name, hostnames, path_prefix: pathPrefix }) => ({ key: name, hostnames, pathPrefix })),
    );
    publish();
    observer.note({ kind: 'tenants-file-loaded', path, tenants: entries.length });
    await keySets.watch(entries.flatMap(({ jwt }) => (jwt.jwks_url == null ? [] : [jwt.jwks_url])));
  };

  const reload = () => {
    reloading = reloading.then(load).catch((error: unknown) => {
      const problems = error instanceof TenantsFileError ? error.problems : [reasonOf(error)];
      observer.note({ kind: 'tenants-file-refused', path, problems });
    });
  };

  return {
    locate: (host, requestPath) => table(host, requestPath),
    fetch: async (key) => snapshots.get(key) ?? unknown,
    async start(newListener) {
      listener = newListener;
      await load();
      watch = watchFile(path, options.pollIntervalMs ?? 2_000, reload);
      newListener.connected(true);
    },
    // What a file names is the user's own: nothing there is ours to wake.
    wake: () => Promise.resolve(false),
    reportUnknownKid(key) {
      const url = entries.find(({ name }) => name === key)?.jwt.jwks_url;
      if (url == null) return;
      observer.note({ kind: 'unknown-kid-reported', tenant: key });
      keySets.unknownKid(url);
    },
    async stop() {
      watch?.stop();
      keySets.close();
      await reloading;
    },
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await fs.readFile(path, 'utf8');
  } catch (error) {
    throw new TenantsFileError(path, [reasonOf(error)]);
  }
}

function toSnapshot(entry: TenantsFileEntry, fetched: Jwks | undefined, version: number): TenantSnapshot {
  return Object.freeze({
    format: 1,
    key: entry.name,
    version,
    hostnames: entry.hostnames,
    path_prefix: entry.path_prefix,
    status: 'active',
    database_url: entry.database_url,
    settings: resolveSettings(entry.settings, postgrestDefaults),
    jwt: {
      secret: entry.jwt.secret ?? null,
      secret_is_base64: entry.jwt.secret_is_base64,
      jwks: { keys: [...(entry.jwt.jwks?.keys ?? []), ...(fetched?.keys ?? [])] },
      audience: entry.jwt.audience ?? null,
      audience_required: entry.jwt.audience_required,
      issuer: entry.jwt.issuer ?? null,
    },
  });
}
