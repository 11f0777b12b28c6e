/** Stops every local compute below PERCH_HOME that runs, by its postmaster.pid: no password, no metadata database. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { locateBinaries } from '../embedded/binaries.js';
import { postmasterLives, readPostmasterNote } from '../embedded/postmaster-pid.js';
import { stopPostmaster } from '../embedded/stop-postmaster.js';

/** @throws ComputeError `stop-failed` when one does not end; the others are stopped all the same. */
export async function stopLocalComputes(home: string): Promise<void> {
  const directory = path.resolve(home, 'endpoints');
  if (!existsSync(directory)) return;
  const outcomes = await Promise.allSettled(
    readdirSync(directory).map((id) => stopOne(path.join(directory, id, 'data'))),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Whatever password it has. */
export async function stopOne(dataDir: string): Promise<void> {
  const note = readPostmasterNote(dataDir);
  if (note === undefined || !(await postmasterLives(note))) return;
  await stopPostmaster({ pid: note.pid, dataDir, pgCtl: locateBinaries().pgCtl });
}
