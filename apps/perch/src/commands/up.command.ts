/** `perch up`: everything, embedded, in the foreground until Ctrl-C. */
import { fileURLToPath } from 'node:url';
import { loadUpConfig } from '../config.js';
import { runUp } from '../up/run-up.js';

/** What shells give a program that Ctrl-C ended. */
const INTERRUPTED_STATUS = 130;
/** Milliseconds in which a second signal is the first one: npm passes on what the terminal has sent already. */
const SAME_SIGNAL_MS = 500;

export async function upCommand(): Promise<void> {
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  const config = loadUpConfig();
  const program = fileURLToPath(new URL('../../bin/perch.mjs', import.meta.url));
  const interrupt = new AbortController();
  const signalled = new Promise<void>((resolve) => {
    interrupt.signal.addEventListener('abort', () => resolve());
  });
  let stoppingSince: number | undefined;
  const onSignal = () => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince < SAME_SIGNAL_MS) return;
      // The planes leave with the channel to this process; PostgreSQL servers are taken over by the next start.
      say('Ended at once. PostgreSQL servers that still run are taken over by the next start.');
      process.exit(INTERRUPTED_STATUS);
    }
    say('\nStopping; state is kept. (Ctrl-C again ends at once.)');
    stoppingSince = performance.now();
    interrupt.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    const running = await runUp(config, program, { say }, interrupt.signal);
    await signalled;
    await running.stop();
  } catch (error) {
    // What was begun is stopped already, and who asked for the end needs no error.
    if (!interrupt.signal.aborted) throw error;
  }
}
