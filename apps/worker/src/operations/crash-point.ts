/** For tests of resuming: ends this process the hard way, or freezes it, at a step that a file names, once. */
import { readFileSync, rmSync } from 'node:fs';

export type CrashPoint = (step: string) => void;

export const neverCrash: CrashPoint = () => undefined;

/**
 * @param file its content is the name of a step, and behind a space `SIGSTOP` where the process is to freeze; it is removed
 * first, so that the next start goes on.
 */
export function crashPointFromFile(file: string | undefined): CrashPoint {
  if (file === undefined) return neverCrash;
  return (step) => {
    const [wanted, signal] = (read(file) ?? '').split(' ');
    if (wanted !== step) return;
    rmSync(file, { force: true });
    process.kill(process.pid, signal === 'SIGSTOP' ? 'SIGSTOP' : 'SIGKILL');
  };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
