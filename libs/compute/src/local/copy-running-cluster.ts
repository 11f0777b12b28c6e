/**
 * Copies the data directory of a running server while it keeps serving: PostgreSQL's low-level base backup, made whole
 * with the write-ahead log of the time in between. A server started on the copy recovers to the moment the copy ended.
 *
 * @see https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
import { randomBytes } from 'node:crypto';
import { constants, existsSync, renameSync, writeFileSync } from 'node:fs';
import { chown, copyFile, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { withClient } from '@perch/postgres';
import { ComputeError } from '../compute-error.js';
import { asDiskFull, assertRoomForCopy, undefinedWhenGone } from './disk-room.js';

export interface ClusterCopy {
  /** Connection URL of a superuser of the running server. */
  readonly superuserUrl: string;
  readonly sourceDir: string;
  /** Appears under this name only when it is complete. */
  readonly targetDir: string;
}

/** Files that are copied at the same moment. */
const AT_ONCE = 8;

/** Made anew by the server; they must be there and empty. */
const emptied = [
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
];

/** Of the running server alone; a certificate's key is never shared. */
const leftOut = [
  'postmaster.pid',
  'postmaster.opts',
  'backup_label',
  'backup_label.old',
  'tablespace_map',
  'perch-server.log',
  'server.key',
  'server.crt',
];
const temporary = /^(pg_internal\.init|pgsql_tmp.*|t\d+_\d+.*)$/;

/**
 * @throws ComputeError `operation-unsupported` for a server with tablespaces, `disk-full`, `start-failed` when the copy
 * broke off; nothing of it is left then.
 */
export async function copyRunningCluster(copy: ClusterCopy): Promise<void> {
  const workDir = workDirOf(copy.targetDir);
  await rm(workDir, { recursive: true, force: true });
  await mkdir(workDir, { recursive: true, mode: 0o700 });
  try {
    await withClient(
      copy.superuserUrl,
      async (client) => {
        await refuseTablespaces(copy.sourceDir);
        // Holds back the log from now on; without it, segments are recycled while the files are copied.
        const slot = `perch_copy_${randomBytes(8).toString('hex')}`;
        await client.query('select pg_create_physical_replication_slot($1, true, true)', [slot]);
        const start = await client.query<{ segment: string }>(
          'select pg_walfile_name(pg_backup_start($1, true)) as segment',
          [slot],
        );
        await copyFiles(copy.sourceDir, workDir);
        const stop = await client.query<{ label: string; segment: string }>(
          'select labelfile as label, pg_walfile_name(lsn) as segment from pg_backup_stop(false)',
        );
        const [first, last] = [start.rows[0]?.segment ?? '', stop.rows[0]?.segment ?? ''];
        await copyLog(copy.sourceDir, workDir, first, last);
        writeFileSync(path.join(workDir, 'backup_label'), stop.rows[0]?.label ?? '', { mode: 0o600 });
      },
      { applicationName: 'perch branch copy' },
    );
    await giveTo(copy.sourceDir, workDir);
    renameSync(workDir, copy.targetDir);
  } catch (cause) {
    await rm(workDir, { recursive: true, force: true });
    if (cause instanceof ComputeError) throw cause;
    const full = asDiskFull(cause);
    if (full !== undefined) throw full;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ComputeError('start-failed', `The copy of '${copy.sourceDir}' broke off: ${reason}`, { cause });
  }
}

/** Where a copy is while it is not complete. */
export function workDirOf(targetDir: string): string {
  return `${targetDir}.copy`;
}

async function refuseTablespaces(sourceDir: string): Promise<void> {
  if ((await readdir(path.join(sourceDir, 'pg_tblspc'))).length === 0) return;
  throw new ComputeError('operation-unsupported', 'A Postgres with tablespaces of its own cannot be branched');
}

async function copyFiles(sourceDir: string, targetDir: string): Promise<void> {
  const control = path.join('global', 'pg_control');
  const files = (await listFiles(sourceDir, targetDir, '')).filter((file) => file !== control);
  await assertRoomForCopy({ sourceDir, targetDir, files });
  const failures: unknown[] = [];
  const copyNext = async (): Promise<void> => {
    for (let next = files.pop(); next !== undefined && failures.length === 0; next = files.pop())
      await copyOne(sourceDir, targetDir, next).catch((error: unknown) => failures.push(error));
  };
  // All of them, also when one fails: what is copied now must not come behind the removal of the rest.
  await Promise.all(Array.from({ length: AT_ONCE }, copyNext));
  if (failures.length > 0) throw failures[0];
  // Last, so that it is of a later moment than everything it points to.
  await copyOne(sourceDir, targetDir, control);
}

/** Makes the directories on the way. @returns paths below the source. */
async function listFiles(sourceDir: string, targetDir: string, below: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(path.join(sourceDir, below), { withFileTypes: true })) {
    const name = path.join(below, entry.name);
    if (temporary.test(entry.name) || leftOut.includes(name)) continue;
    if (!entry.isDirectory()) {
      files.push(name);
      continue;
    }
    await mkdir(path.join(targetDir, name), { recursive: true, mode: 0o700 });
    if (emptied.includes(name)) continue;
    files.push(...(await listFiles(sourceDir, targetDir, name)));
  }
  return files;
}

async function copyLog(sourceDir: string, targetDir: string, first: string, last: string): Promise<void> {
  await mkdir(path.join(targetDir, 'pg_wal', 'archive_status'), { recursive: true, mode: 0o700 });
  await mkdir(path.join(targetDir, 'pg_wal', 'summaries'), { recursive: true, mode: 0o700 });
  const names = await readdir(path.join(sourceDir, 'pg_wal'));
  const isNeeded = (name: string) =>
    name.endsWith('.history') || (/^[0-9A-F]{24}$/.test(name) && name >= first && name <= last);
  for (const name of names.filter(isNeeded)) await copyOne(sourceDir, targetDir, path.join('pg_wal', name));
  for (const name of [first, last]) {
    if (!existsSync(path.join(targetDir, 'pg_wal', name))) {
      throw new ComputeError('start-failed', `The log segment ${name} was gone before it was copied`);
    }
  }
}

/** By reference where the file system can. A file that has gone meanwhile is in the log as gone. */
async function copyOne(sourceDir: string, targetDir: string, name: string): Promise<void> {
  const copied = copyFile(path.join(sourceDir, name), path.join(targetDir, name), constants.COPYFILE_FICLONE);
  await copied.catch(undefinedWhenGone);
}

/** The account that runs the source runs the copy. */
async function giveTo(sourceDir: string, targetDir: string): Promise<void> {
  const { uid, gid } = await lstat(sourceDir);
  if (uid === process.getuid?.() || process.getuid === undefined) return;
  await chown(targetDir, uid, gid);
  for (const entry of await readdir(targetDir, { recursive: true })) await chown(path.join(targetDir, entry), uid, gid);
}
