/** Stops a PostgreSQL server: fast (sessions are ended, a checkpoint is written), and immediate when that takes too long. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ComputeError } from '../compute-error.js';
import { processLives } from './postmaster-pid.js';

export interface StopOptions {
  /** Milliseconds the fast stop may take before the immediate one. Default 30 s. */
  readonly fastTimeoutMs?: number;
}

const run = promisify(execFile);
const FAST_TIMEOUT_MS = 30_000;
const IMMEDIATE_TIMEOUT_MS = 10_000;
const POLL_MS = 5;

/** @throws ComputeError `stop-failed` when it lives on even after an immediate stop. */
export async function stopPostmaster(
  server: { readonly pid: number; readonly dataDir: string; readonly pgCtl: string },
  options: StopOptions = {},
): Promise<void> {
  if (await ends('fast', options.fastTimeoutMs ?? FAST_TIMEOUT_MS)) return;
  if (await ends('immediate', IMMEDIATE_TIMEOUT_MS)) return;
  throw new ComputeError(
    'stop-failed',
    `PostgreSQL (process ${server.pid}, '${server.dataDir}') does not stop: end it with \`kill -QUIT ${server.pid}\``,
  );

  async function ends(mode: 'fast' | 'immediate', timeoutMs: number): Promise<boolean> {
    if (!processLives(server.pid)) return true;
    await request(mode);
    for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(POLL_MS)) {
      if (!processLives(server.pid)) return true;
    }
    return false;
  }

  async function request(mode: 'fast' | 'immediate'): Promise<void> {
    // Windows has no signals; everywhere else pg_ctl would only send them, and refuses to as root.
    if (process.platform === 'win32') {
      await run(server.pgCtl, ['stop', '-D', server.dataDir, '-m', mode, '-W'], { windowsHide: true }).catch(() => {});
      return;
    }
    try {
      process.kill(server.pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    } catch {
      // It ended between the look and the signal.
    }
  }
}
