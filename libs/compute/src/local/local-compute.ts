/**
 * The `local` adapter: each endpoint is a PostgreSQL process of its own below PERCH_HOME, on one port for life. It
 * outlives the process that started it and is found again by its postmaster.pid.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ComputeAdapter } from '../compute-adapter.js';
import { ComputeError } from '../compute-error.js';
import { localSuperuser, type Credentials, type LocalCompute } from '../compute.js';
import { isCluster } from '../embedded/init-cluster.js';
import { findEmbeddedPostgres, startEmbeddedPostgres } from '../embedded/start-embedded-postgres.js';
import { withFileLock } from '../file-lock.js';
import { serverCertificate } from '../tls/certificate-authority.js';
import { applyContents } from './apply-contents.js';

const LOCK_TIMEOUT_MS = 60_000;
/** What a local endpoint is called by those who check its certificate. */
const HOSTS = ['localhost', '127.0.0.1', '::1'];

export function createLocalCompute(compute: LocalCompute, options: { readonly home: string }): ComputeAdapter {
  const home = path.resolve(options.home, 'endpoints', compute.endpointId);
  const dataDir = path.join(home, 'data');
  const server = { dataDir, superuser: localSuperuser, superuserPassword: compute.superuserPassword };
  const lockFile = path.join(path.dirname(home), `${compute.endpointId}.lock`);
  const alone = <T>(use: () => Promise<T>) => withFileLock(lockFile, LOCK_TIMEOUT_MS, use);
  const superuser: Credentials = { role: localSuperuser, password: compute.superuserPassword };
  const url = (credentials: Credentials, database: string) => localUrl(compute.port, credentials, database);

  const certificate = (current: string | undefined) => serverCertificate(options.home, HOSTS, current);
  const start = () => startEmbeddedPostgres({ ...server, port: compute.port, detached: true, certificate });
  const apply: ComputeAdapter['apply'] = (contents) =>
    applyContents(contents, compute.owner, (database) => url(superuser, database));

  return {
    create: (contents) =>
      alone(async () => {
        await start();
        await apply(contents);
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
        if (!existsSync(home)) return;
        await (await findEmbeddedPostgres(server))?.stop();
        // Out of the way first: a removal that is cut short must not look like a compute.
        const gone = `${home}.gone`;
        rmSync(gone, { recursive: true, force: true });
        renameSync(home, gone);
        rmSync(gone, { recursive: true, force: true });
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

function localUrl(port: number, { role, password }: Credentials, database: string): string {
  const user = `${encodeURIComponent(role)}:${encodeURIComponent(password)}`;
  return `postgresql://${user}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

function missing(compute: LocalCompute): ComputeError {
  return new ComputeError('not-found', `The endpoint '${compute.endpointId}' has no data directory`);
}
