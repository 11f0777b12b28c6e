/**
 * One plane as a child process: started, watched until it answers as ready, started again when it dies, stopped in order.
 * The child ends by itself when the channel to its parent breaks, so a killed supervisor leaves nothing on the ports.
 */
import { fork, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UsageError } from '../usage-error.js';

export interface ProcessOptions {
  /** Subcommand of `perch`; also the name in messages and of the log file. */
  readonly name: string;
  /** Path of the `perch` program. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logDir: string;
  /** Answers 200 when the process can do its work. */
  readonly readyUrl: string;
  /** Told every line that a person should see. */
  readonly onNotice: (notice: string) => void;
}

const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 15_000;
/** A process that lived this long ends for a reason of its own, not for that of the end before. */
const STABLE_AFTER_MS = 60_000;
const RESTART_AFTER_MS = [200, 500, 1000, 2000, 5000] as const;

export class SupervisedProcess {
  #child: ChildProcess | undefined;
  #stopping = false;
  #ready = false;
  #restarts = 0;
  #startedAt = 0;

  constructor(private readonly options: ProcessOptions) {}

  get logFile(): string {
    return path.join(this.options.logDir, `${this.options.name}.log`);
  }

  /**
   * Resolves when the process answers as ready.
   * @throws UsageError with what it said when it does not, the signal's reason when that was aborted
   */
  async start(interrupted: AbortSignal): Promise<void> {
    const logBefore = fs.existsSync(this.logFile) ? fs.statSync(this.logFile).size : 0;
    this.#spawn();
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline) {
      if (await answers(this.options.readyUrl)) {
        this.#ready = true;
        return;
      }
      interrupted.throwIfAborted();
      if (this.#child === undefined) break;
      await delay(50);
    }
    // Of this start only: what earlier ones said would lead astray.
    const said = fs.readFileSync(this.logFile).subarray(logBefore).toString('utf8').trimEnd().split('\n').slice(-8);
    throw new UsageError(`${this.options.name} did not start. The end of ${this.logFile}:`, said, 1);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await gone;
    clearTimeout(timer);
  }

  #spawn(): void {
    fs.mkdirSync(this.options.logDir, { recursive: true, mode: 0o700 });
    const log = fs.openSync(this.logFile, 'a', 0o600);
    const child = fork(this.options.program, [this.options.name, ...this.options.args], {
      env: { ...this.options.env },
      stdio: ['ignore', log, log, 'ipc'],
      // Ctrl-C reaches the whole terminal group; the supervisor alone decides the order of leaving.
      detached: true,
    });
    fs.closeSync(log);
    this.#child = child;
    this.#startedAt = performance.now();
    child.once('exit', (code, signal) => this.#onExit(signal ?? `status ${code}`));
    // No process could be made at all: then there is no exit either.
    child.once('error', (error) => {
      if (child.pid === undefined) this.#onExit(error.message);
    });
  }

  #onExit(how: string): void {
    this.#child = undefined;
    if (this.#stopping || !this.#ready) return;
    if (performance.now() - this.#startedAt > STABLE_AFTER_MS) this.#restarts = 0;
    const wait = RESTART_AFTER_MS[Math.min(this.#restarts, RESTART_AFTER_MS.length - 1)] ?? 5000;
    this.#restarts += 1;
    this.options.onNotice(`${this.options.name} ended (${how}), starting it again; see ${this.logFile}`);
    setTimeout(() => {
      if (!this.#stopping) this.#spawn();
    }, wait);
  }
}

/** Not by fetch: 4190, the data plane's admin port, is one that the Fetch standard forbids (section 2.9, port blocking). */
function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get(url, { timeout: 1000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
