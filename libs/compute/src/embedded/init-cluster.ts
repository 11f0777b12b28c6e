/**
 * Makes a new data directory with one superuser. The directory appears under its name only when it is complete, so a
 * process killed half-way leaves nothing that the next start could mistake for a database.
 */
import { execFile } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ComputeError } from '../compute-error.js';
import type { PostgresBinaries } from './binaries.js';
import { launchEnvironment, type Launch } from './unprivileged-launch.js';

export interface NewCluster {
  readonly dataDir: string;
  readonly superuser: string;
  readonly superuserPassword: string;
  /** false leaves writing to the disk to the operating system: for data that need not survive a power failure. */
  readonly durable: boolean;
}

const run = promisify(execFile);
/** Of the directory beside the data directory in which a new one is made. */
export const initdbPrefix = '.initdb-';
const INITDB_TIMEOUT_MS = 2 * 60 * 1000;

/** Does nothing when the data directory is there already. @throws ComputeError `initdb-failed` with initdb's words. */
export async function initCluster(cluster: NewCluster, binaries: PostgresBinaries, launch: Launch): Promise<void> {
  if (isCluster(cluster.dataDir)) return;
  if (existsSync(cluster.dataDir) && readdirSync(cluster.dataDir).length > 0) throw foreign(cluster.dataDir);
  const parent = path.dirname(cluster.dataDir);
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const workDir = mkdtempSync(path.join(parent, initdbPrefix));
  try {
    const passwordFile = path.join(workDir, 'password');
    writeFileSync(passwordFile, `${cluster.superuserPassword}\n`, { mode: 0o600 });
    if (launch.owner !== undefined) {
      chownSync(workDir, launch.owner.uid, launch.owner.gid);
      chownSync(passwordFile, launch.owner.uid, launch.owner.gid);
    }
    const newDir = path.join(workDir, 'data');
    await runInitdb({ ...cluster, dataDir: newDir }, passwordFile, binaries, launch);
    moveIntoPlace(newDir, cluster.dataDir);
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
}

export function isCluster(dataDir: string): boolean {
  return existsSync(path.join(dataDir, 'PG_VERSION'));
}

/** The collation is PostgreSQL's own C.UTF-8 everywhere; the operating system's locale of that name is not everywhere. */
async function runInitdb(cluster: NewCluster, passwordFile: string, binaries: PostgresBinaries, launch: Launch) {
  try {
    await attempt('C.UTF-8');
  } catch (error) {
    if (!/locale/i.test(outputOf(error))) throw failed(error, cluster.dataDir, launch);
    rmSync(cluster.dataDir, { recursive: true, force: true });
    await attempt('C').catch((second: unknown) => {
      throw failed(second, cluster.dataDir, launch);
    });
  }

  async function attempt(locale: string): Promise<void> {
    const command = [
      ...launch.prefix,
      binaries.initdb,
      ...['-D', cluster.dataDir, '-U', cluster.superuser, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
      ...['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', `--locale=${locale}`],
      ...['--set', 'timezone=UTC', '--set', 'log_timezone=UTC', ...(cluster.durable ? [] : ['--no-sync'])],
    ];
    await run(command[0] ?? '', command.slice(1), {
      ...launch.spawnAs,
      env: launchEnvironment,
      cwd: path.dirname(cluster.dataDir),
      timeout: INITDB_TIMEOUT_MS,
      windowsHide: true,
    });
  }
}

function moveIntoPlace(from: string, to: string): void {
  try {
    // Some systems move no directory onto another one, be it empty.
    if (existsSync(to)) rmdirSync(to);
    renameSync(from, to);
  } catch (cause) {
    // Another process was faster.
    if (!isCluster(to)) throw foreign(to, cause);
  }
}

function foreign(dataDir: string, cause?: unknown): ComputeError {
  const message = `The data directory '${dataDir}' holds files that are not PostgreSQL's: move them away`;
  return new ComputeError('initdb-failed', message, { cause });
}

function failed(error: unknown, dataDir: string, launch: Launch): ComputeError {
  const output = outputOf(error);
  const advice =
    launch.spawnAs !== undefined && /permission denied/i.test(output)
      ? `. PostgreSQL does not run as root, and user ${launch.spawnAs.uid}, whom it runs as here, may not enter that folder: ` +
        'run Perch as another user than root, or put PERCH_HOME where everybody may enter'
      : '';
  return new ComputeError('initdb-failed', `initdb failed for '${dataDir}': ${output}${advice}`, { cause: error });
}

function outputOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const output = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return output === '' ? error.message : output;
}
