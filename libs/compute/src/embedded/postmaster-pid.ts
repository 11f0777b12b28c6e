/**
 * Reads `postmaster.pid`, the note a running PostgreSQL leaves in its data directory, and tells a live server's note
 * from one that a killed server left behind.
 *
 * @see https://www.postgresql.org/docs/18/storage-file-layout.html
 */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

export interface PostmasterNote {
  readonly pid: number;
  /** The data directory as the server was told it. */
  readonly dataDir: string;
  /** 0 until the server knows it. */
  readonly port: number;
}

const run = promisify(execFile);

/** undefined when there is no note, or only the first bytes of one. */
export function readPostmasterNote(dataDir: string): PostmasterNote | undefined {
  try {
    const lines = readFileSync(notePath(dataDir), 'utf8').split('\n');
    const pid = Number(lines[0]);
    const port = Number(lines[3]);
    if (!Number.isInteger(pid) || pid <= 0) return undefined;
    return { pid, dataDir: lines[1] ?? '', port: Number.isInteger(port) ? port : 0 };
  } catch {
    return undefined;
  }
}

/** Whether the process in the note lives and serves that directory: later its id may be anybody's, another server's too. */
export async function postmasterLives({ pid, dataDir }: PostmasterNote): Promise<boolean> {
  if (!processLives(pid)) return false;
  const command = await commandOf(pid);
  return command === undefined || (command.includes('postgres') && command.includes(dataDir));
}

/** Removes a note whose server is gone; PostgreSQL itself refuses to start when the id in it is in use again. */
export function removePostmasterNote(dataDir: string): void {
  rmSync(notePath(dataDir), { force: true });
}

/** A defunct process, one that ended and that nobody has waited for, does not live. */
export function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return !isDefunct(pid);
}

function isDefunct(pid: number): boolean {
  try {
    return /^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function commandOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') return await readFile(`/proc/${pid}/cmdline`, 'utf8');
    if (process.platform === 'win32') return undefined;
    return (await run('ps', ['-p', String(pid), '-o', 'command='])).stdout;
  } catch {
    return undefined;
  }
}

function notePath(dataDir: string): string {
  return path.join(dataDir, 'postmaster.pid');
}
