/**
 * A lock between processes of one machine: a file that only its maker's process may hold. A holder that was killed does
 * not keep it.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ComputeError } from './compute-error.js';
import { processLives } from './embedded/postmaster-pid.js';

const POLL_MS = 20;

/**
 * Runs `use` while no other process, and nobody else in this one, runs under the same lock.
 *
 * @param timeoutMs milliseconds to wait for the holder.
 * @throws ComputeError `directory-locked` naming the holder.
 */
export async function withFileLock<T>(file: string, timeoutMs: number, use: () => Promise<T>): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const token = `${process.pid} ${randomUUID()}`;
  for (const deadline = Date.now() + timeoutMs; !take(file, token); await sleep(POLL_MS)) {
    const holder = read(file);
    if (holder !== undefined && !processLives(pidOf(holder))) giveUpFor(file, holder);
    else if (Date.now() > deadline) throw locked(file, holder);
  }
  try {
    return await use();
  } finally {
    if (read(file) === token) rmSync(file, { force: true });
  }
}

/** Whole or not at all: the text is there the moment the name is. */
function take(file: string, token: string): boolean {
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, token, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes a dead holder's lock, and puts it back when it turns out to be a new holder's. */
function giveUpFor(file: string, holder: string): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
    if (read(aside) !== holder) linkSync(aside, file);
  } catch {
    // Somebody else was faster; the next attempt to take the lock tells.
  } finally {
    rmSync(aside, { force: true });
    removeDrafts(file);
  }
}

/** Of holders that are dead as well: killed in the middle of taking or giving up the lock. */
function removeDrafts(file: string): void {
  const prefix = `${path.basename(file)}.`;
  for (const name of readdirSync(path.dirname(file)).filter((name) => name.startsWith(prefix))) {
    const draft = path.join(path.dirname(file), name);
    const holder = read(draft);
    if (holder !== undefined && !processLives(pidOf(holder))) rmSync(draft, { force: true });
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function pidOf(token: string): number {
  return Number(token.split(' ')[0]);
}

function locked(file: string, holder: string | undefined): ComputeError {
  const pid = holder === undefined ? 'unknown' : String(pidOf(holder));
  return new ComputeError(
    'directory-locked',
    `'${path.dirname(file)}' is in use by process ${pid} ('${file}'): wait for it, or end it and try again`,
  );
}
