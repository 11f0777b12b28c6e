/** `perch up`: everything, embedded, in the foreground until Ctrl-C. */
import { fileURLToPath } from 'node:url';
import { loadUpConfig } from '../config.js';
import { runUp, type RunningPerch } from '../up/run-up.js';

export async function upCommand(): Promise<void> {
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  const config = loadUpConfig();
  const program = fileURLToPath(new URL('../../bin/perch.mjs', import.meta.url));
  // A signal during the start waits for the start: what was begun is then stopped in order.
  const starting = runUp(config, program, { say });
  const signalled = new Promise<NodeJS.Signals>((resolve) => {
    process.on('SIGINT', resolve);
    process.on('SIGTERM', resolve);
  });
  const running: RunningPerch = await starting;
  await signalled;
  say('\nStopping; state is kept.');
  await running.stop();
}
