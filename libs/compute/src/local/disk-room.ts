/** Whether a copy of a data directory has room where it is to go: a disk that fills up would stop the parent too. */
import { constants, lstatSync, rmSync } from 'node:fs';
import { copyFile, statfs } from 'node:fs/promises';
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

/** @throws ComputeError `disk-full`, before anything was copied. */
export async function assertRoomForCopy({ sourceDir, targetDir, files }: RoomNeeded): Promise<void> {
  if (await copiesByReference(sourceDir, targetDir)) return;
  const needed = files.reduce((sum, file) => sum + sizeOnDisk(path.join(sourceDir, file)), RESERVE);
  const { bavail, bsize } = await statfs(targetDir);
  if (bavail * bsize < needed)
    throw diskFull(`it needs ${inMegabytes(needed)}, ${inMegabytes(bavail * bsize)} are free`);
}

/** The error for a disk that filled up after all; undefined for anything else. */
export function asDiskFull(cause: unknown): ComputeError | undefined {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
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
    rmSync(probe, { force: true });
  }
}

function sizeOnDisk(file: string): number {
  return (lstatSync(file, { throwIfNoEntry: false })?.blocks ?? 0) * STAT_BLOCK;
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / MEBIBYTE)} MB`;
}

function diskFull(why: string, cause?: unknown): ComputeError {
  return new ComputeError('disk-full', `The disk has no room for the copy: ${why}`, { cause });
}
