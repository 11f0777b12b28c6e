/**
 * The worker processes: as many as asked for, each in a slot of its own, a dead one replaced. Connections go to those that
 * are ready, in turn; whoever is told to leave has got everything that was meant for it before.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Calls, type Handler } from './calls.js';

export interface WorkerPoolOptions {
  readonly workers: number;
  /** Starts a process for a slot. */
  readonly start: (slot: number) => ChildProcess;
  /** What workers may ask, by method. */
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly onStarted: (calls: Calls) => void;
  readonly onGone: (calls: Calls) => void;
  /** One ended that nobody asked to; another takes its slot after so many milliseconds. */
  readonly onLost: (lost: Lost) => void;
  /** Milliseconds in which a worker leaves when told to; then it is killed. */
  readonly stopTimeoutMs: number;
}

export interface Lost {
  readonly slot: number;
  readonly workerPid: number;
  readonly how: string;
  readonly retryInMs: number;
}

interface Worker {
  readonly slot: number;
  readonly child: ChildProcess;
  readonly calls: Calls;
  readonly startedAt: number;
  leaving: boolean;
}

/** A worker that lived this long, milliseconds, ends for a reason of its own and not for that of the one before. */
const stableAfterMs = 10_000;
/** Milliseconds until a dead worker is replaced, by how often its slot died in a row: the first time at once. */
const restartAfterMs = [0, 250, 1_000, 5_000] as const;
/** Milliseconds a worker has for the receipt of a message. */
const receiptTimeoutMs = 1_000;
/** Connections that wait while no worker is ready; more are closed. */
const maxWaiting = 1_000;

/** The first worker ended before it was ready; it has said why. */
export class WorkerStartError extends Error {
  override readonly name = 'WorkerStartError';
  readonly code = 'worker.not-started';

  constructor(how: string) {
    super(`the first worker did not start (${how}); what it said stands above`);
  }
}

export class WorkerPool {
  readonly #all = new Set<Worker>();
  /** The next one to get a connection first. */
  readonly #ready: Worker[] = [];
  readonly #deaths = new Map<number, number>();
  readonly #waiting: Socket[] = [];
  #began = false;
  #stopping = false;

  constructor(private readonly options: WorkerPoolOptions) {}

  /** Workers that take requests. */
  get ready(): number {
    return this.#ready.length;
  }

  /**
   * The first alone, so that what is wrong is said once; then the others. Resolves when all are ready.
   * @throws WorkerStartError
   */
  async start(): Promise<void> {
    const ended = await this.#fork(0);
    if (ended !== undefined) throw new WorkerStartError(ended);
    this.#began = true;
    await Promise.all(Array.from({ length: this.options.workers - 1 }, (_none, index) => this.#fork(index + 1)));
  }

  /** @param socket paused, so that nothing of it is read here. */
  hand(socket: Socket): void {
    const worker = this.#ready.shift();
    if (worker === undefined) {
      if (this.#waiting.length < maxWaiting) this.#waiting.push(socket);
      else socket.destroy();
      return;
    }
    this.#ready.push(worker);
    worker.child.send({ perch: 'connection' }, socket, (error) => {
      if (error === null) return;
      // It died just now, which its exit will tell: until then nobody may ask it again, or nothing else would get its turn.
      this.#noMore(worker);
      // The next one takes the connection, unless that is gone with it.
      if (!socket.destroyed) this.hand(socket);
    });
  }

  /** Resolves when every worker has left. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    await Promise.all([...this.#all].map((worker) => this.#dismiss(worker)));
  }

  /** Resolves when it is ready, or with how it ended. */
  #fork(slot: number): Promise<string | undefined> {
    return new Promise((resolve) => {
      const startedAt = performance.now();
      let child: ChildProcess;
      try {
        child = this.options.start(slot);
      } catch (error) {
        // No memory for a process, say: as if it had died at once.
        const how = error instanceof Error ? error.message : String(error);
        this.#replace({ slot, startedAt, workerPid: 0, how });
        return resolve(how);
      }
      const handlers = {
        ...this.options.handlers,
        ready: () => {
          this.#ready.push(worker);
          for (const socket of this.#waiting.splice(0)) this.hand(socket);
          resolve(undefined);
        },
        // Somebody told it alone to leave: it does so in order, and another takes its place.
        retire: () => void (this.#stopping || this.#dismiss(worker)),
      };
      const calls = new Calls(
        {
          send: (message) => void child.send(message, () => {}),
          listen: (receive) => void child.on('message', receive),
        },
        handlers,
      );
      const worker: Worker = { slot, child, calls, startedAt, leaving: false };
      this.#all.add(worker);
      const ended = (how: string) => {
        this.#gone(worker, how);
        resolve(how);
      };
      // Without a process there was none to be had, and no exit follows. Else its channel broke, which ends it by itself.
      child.on('error', (error) => {
        if (child.pid === undefined) ended(error.message);
      });
      child.once('exit', (code, signal) => ended(signal ?? `status ${code}`));
      this.options.onStarted(calls);
    });
  }

  #gone(worker: Worker, how: string): void {
    this.#all.delete(worker);
    this.#noMore(worker);
    worker.calls.end();
    this.options.onGone(worker.calls);
    const { slot, child, startedAt, leaving } = worker;
    if (leaving && this.#began && !this.#stopping) return void this.#fork(slot);
    this.#replace({ slot, startedAt, workerPid: child.pid ?? 0, how });
  }

  #replace({ slot, startedAt, workerPid, how }: Omit<Lost, 'retryInMs'> & { readonly startedAt: number }): void {
    if (this.#stopping || !this.#began) return;
    const deaths = performance.now() - startedAt > stableAfterMs ? 0 : (this.#deaths.get(slot) ?? 0);
    this.#deaths.set(slot, deaths + 1);
    const retryInMs = restartAfterMs[Math.min(deaths, restartAfterMs.length - 1)] ?? 0;
    this.options.onLost({ slot, workerPid, how, retryInMs });
    void sleep(retryInMs).then(() => {
      if (!this.#stopping) void this.#fork(slot);
    });
  }

  #noMore(worker: Worker): void {
    const at = this.#ready.indexOf(worker);
    if (at !== -1) this.#ready.splice(at, 1);
  }

  /** The message takes the way of the connections, so it comes behind the last of them. */
  async #dismiss(worker: Worker): Promise<void> {
    if (worker.child.exitCode !== null || worker.child.signalCode !== null) return;
    this.#noMore(worker);
    worker.leaving = true;
    const gone = once(worker.child, 'exit');
    worker.calls.call('leave', undefined, receiptTimeoutMs).catch(() => worker.child.kill('SIGTERM'));
    const timer = setTimeout(() => worker.child.kill('SIGKILL'), this.options.stopTimeoutMs);
    await gone;
    clearTimeout(timer);
  }
}
