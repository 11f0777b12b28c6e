/**
 * The `local` adapter: each endpoint is a PostgreSQL process of its own below PERCH_HOME, on one port for life. It
 * outlives the process that started it and is found again by its postmaster.pid.
 */
import { existsSync, renameSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ComputeAdapter } from '../compute-adapter.js';
import { ComputeError } from '../compute-error.js';
import { localSuperuser, type Compute, type Credentials, type LocalCompute } from '../compute.js';
import { initdbPrefix, isCluster } from '../embedded/init-cluster.js';
import { findEmbeddedPostgres, startEmbeddedPostgres } from '../embedded/start-embedded-postgres.js';
import { withFileLock } from '../file-lock.js';
import { serverCertificate } from '../tls/certificate-authority.js';
import { applyContents, setPassword } from './apply-contents.js';
import { copyRunningCluster, workDirOf } from './copy-running-cluster.js';
import { createDataSwap } from './data-swap.js';
import { stopOne } from './stop-local-computes.js';

const LOCK_TIMEOUT_MS = 60_000;
/** What a local endpoint is called by those who check its certificate. */
const HOSTS = ['localhost', '127.0.0.1', '::1'];

export function createLocalCompute(compute: LocalCompute, options: { readonly home: string }): ComputeAdapter {
  const dataDir = dataDirOf(options.home, compute.endpointId);
  const home = path.dirname(dataDir);
  const server = { dataDir, superuser: localSuperuser, superuserPassword: compute.superuserPassword };
  const lockFile = path.join(path.dirname(home), `${compute.endpointId}.lock`);
  const alone = <T>(use: () => Promise<T>) => withFileLock(lockFile, LOCK_TIMEOUT_MS, use);
  const superuser: Credentials = { role: localSuperuser, password: compute.superuserPassword };
  const url = (credentials: Credentials, database: string) => localUrl(compute.port, credentials, database);

  const certificate = (current: string | undefined) => serverCertificate(options.home, HOSTS, current);
  const startWith = (superuserPassword: string) =>
    startEmbeddedPostgres({ ...server, superuserPassword, port: compute.port, detached: true, certificate });
  const start = () => startWith(compute.superuserPassword);
  const apply: ComputeAdapter['apply'] = (contents) =>
    applyContents(contents, compute.owner, (database) => url(superuser, database));

  const copyFrom = async (parent: LocalCompute, targetDir: string): Promise<void> => {
    // Of an attempt that was killed; also when this one does not get as far as making its own.
    await rm(workDirOf(targetDir), { recursive: true, force: true });
    const source = createLocalCompute(parent, options);
    const before = await source.status();
    if (before.kind !== 'active') await source.start();
    try {
      const sourceDir = dataDirOf(options.home, parent.endpointId);
      const superuserUrl = localUrl(parent.port, { ...superuser, password: parent.superuserPassword }, 'postgres');
      await copyRunningCluster({ superuserUrl, sourceDir, targetDir });
    } finally {
      if (before.kind === 'idle') await source.suspend();
    }
  };

  /** A copy still has its parent's private password, unless an attempt before this one changed it. */
  const takeOver = async (parent: LocalCompute): Promise<void> => {
    try {
      await startWith(parent.superuserPassword);
    } catch (error) {
      const isChanged =
        error instanceof ComputeError && (error.code === 'wrong-password' || error.code === 'directory-locked');
      if (!isChanged) throw error;
      await start();
      return;
    }
    if (parent.superuserPassword === compute.superuserPassword) return;
    const inherited = localUrl(compute.port, { ...superuser, password: parent.superuserPassword }, 'postgres');
    await setPassword(inherited, superuser);
  };

  return {
    create: (contents) =>
      alone(async () => {
        await removeUnfinished(home);
        await start();
        await apply(contents);
      }),
    createFrom: (parent, contents) =>
      alone(async () => {
        assertLocal(parent);
        if (!isCluster(dataDir)) await copyFrom(parent, dataDir);
        await takeOver(parent);
        await apply(contents);
      }),
    resetFrom: (parent, contents) =>
      alone(async () => {
        assertLocal(parent);
        const swap = createDataSwap(dataDir);
        await swap.recover();
        if (!swap.isOpen) {
          await copyFrom(parent, swap.freshDir);
          await stopOne(dataDir);
          swap.putInPlace();
        }
        try {
          await takeOver(parent);
          await apply(contents);
        } catch (error) {
          await stopOne(dataDir);
          await swap.putBack();
          await start().catch(() => undefined);
          throw error;
        }
        await swap.close();
      }),
    async start() {
      if (!isCluster(dataDir)) throw missing(compute);
      await alone(start);
    },
    suspend: () =>
      alone(async () => {
        await (await findEmbeddedPostgres(server))?.stop();
      }),
    destroy: () =>
      alone(async () => {
        // Out of the way first: a removal that is cut short must not look like a compute.
        const gone = `${home}.gone`;
        await rm(gone, { recursive: true, force: true });
        if (!existsSync(home)) return;
        // Also one that was killed before it got its own password.
        await stopOne(dataDir);
        renameSync(home, gone);
        await rm(gone, { recursive: true, force: true });
      }),
    async status() {
      if (!isCluster(dataDir)) return { kind: 'missing' };
      try {
        return (await findEmbeddedPostgres(server)) === undefined ? { kind: 'idle' } : { kind: 'active' };
      } catch (error) {
        return { kind: 'unreachable', reason: error instanceof Error ? error.message : String(error) };
      }
    },
    apply,
    superuserUrl: (database) => url(superuser, database),
    ownerUrl: (database) => url(compute.owner, database),
    roleUrl: url,
  };
}

/** What an initdb that was killed has left. */
async function removeUnfinished(home: string): Promise<void> {
  if (!existsSync(home)) return;
  for (const name of (await readdir(home)).filter((name) => name.startsWith(initdbPrefix))) {
    await rm(path.join(home, name), { recursive: true, force: true });
  }
}

function dataDirOf(home: string, endpointId: string): string {
  return path.resolve(home, 'endpoints', endpointId, 'data');
}

function localUrl(port: number, { role, password }: Credentials, database: string): string {
  const user = `${encodeURIComponent(role)}:${encodeURIComponent(password)}`;
  return `postgresql://${user}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

function assertLocal(parent: Compute): asserts parent is LocalCompute {
  if (parent.kind === 'local') return;
  throw new ComputeError('operation-unsupported', 'A Postgres that was attached cannot be copied into a branch');
}

function missing(compute: LocalCompute): ComputeError {
  return new ComputeError('not-found', `The endpoint '${compute.endpointId}' has no data directory`);
}
