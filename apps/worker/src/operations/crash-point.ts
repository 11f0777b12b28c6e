/** For tests of resuming: ends this process the hard way at a step that a file names, once. */
import { readFileSync, rmSync } from 'node:fs';

export type CrashPoint = (step: string) => void;

export const neverCrash: CrashPoint = () => undefined;

/** @param file its content is the name of a step; it is removed first, so that the next start goes on. */
export function crashPointFromFile(file: string | undefined): CrashPoint {
  if (file === undefined) return neverCrash;
  return (step) => {
    if (read(file) !== step) return;
    rmSync(file, { force: true });
    process.kill(process.pid, 'SIGKILL');
  };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
