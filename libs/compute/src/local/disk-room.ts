/** Whether a copy of a data directory has room where it is to go: a disk that fills up would stop the parent too. */
import { constants } from 'node:fs';
import { copyFile, lstat, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { ComputeError } from '../compute-error.js';

export interface RoomNeeded {
  readonly sourceDir: string;
  readonly targetDir: string;
  /** Below the source. */
  readonly files: readonly string[];
}

const MEBIBYTE = 1024 * 1024;
/** Bytes that stay free: for the log that the parent writes meanwhile and the copy when it is started. */
const RESERVE = 64 * MEBIBYTE;
/** Bytes; what `stat` counts in, whatever the file system's own blocks are. */
const STAT_BLOCK = 512;
/** Files that are looked at at the same moment. */
const AT_ONCE = 8;

/** @throws ComputeError `disk-full`, before anything was copied. */
export async function assertRoomForCopy({ sourceDir, targetDir, files }: RoomNeeded): Promise<void> {
  if (await copiesByReference(sourceDir, targetDir)) return;
  const needed = RESERVE + (await sizeOnDisk(sourceDir, files));
  const { bavail, bsize } = await statfs(targetDir);
  if (bavail * bsize < needed)
    throw diskFull(`it needs ${inMegabytes(needed)}, ${inMegabytes(bavail * bsize)} are free`);
}

/** The error for a disk that filled up after all; undefined for anything else. */
export function asDiskFull(cause: unknown): ComputeError | undefined {
  const code = codeOf(cause);
  return code === 'ENOSPC' || code === 'EDQUOT' ? diskFull('no space is left', cause) : undefined;
}

/** Such a copy takes no room to begin with. */
async function copiesByReference(sourceDir: string, targetDir: string): Promise<boolean> {
  const probe = path.join(targetDir, 'PG_VERSION');
  try {
    await copyFile(path.join(sourceDir, 'PG_VERSION'), probe, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  } finally {
    await rm(probe, { force: true });
  }
}

/** Bytes. A few files at a time: whatever else this process does goes on meanwhile. */
async function sizeOnDisk(directory: string, files: readonly string[]): Promise<number> {
  let blocks = 0;
  let next = 0;
  const add = async (): Promise<void> => {
    for (let file = files[next++]; file !== undefined; file = files[next++]) {
      const found = await lstat(path.join(directory, file)).catch(undefinedWhenGone);
      blocks += found?.blocks ?? 0;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, add));
  return blocks * STAT_BLOCK;
}

/** The server that keeps running removes files of its own. */
export function undefinedWhenGone(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / MEBIBYTE)} MB`;
}

function diskFull(why: string, cause?: unknown): ComputeError {
  return new ComputeError('disk-full', `The disk has no room for the copy: ${why}`, { cause });
}
