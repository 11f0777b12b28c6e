/**
 * The connections of one tenant: opened when somebody waits, at most so many, the most recently used one first, closed when
 * idle or old. Those who wait are served in order, give up by signal or after a while, and fail when the database cannot be
 * reached at all. One that could not be reached is tried by one connection at a time, with pauses that grow and differ, so
 * that it is not stormed by all proxies when it comes back and occupies no places that others need.
 */
import type { CancelSignal } from '@perch/engine';
import { acquireTimedOut, connectFailed } from './connection-errors.js';
import type { BudgetedPool, ConnectionBudget } from './connection-budget.js';
import type { PacketConnection } from './packet-connection.js';

export interface PoolOptions {
  readonly acquireTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;

interface Waiter {
  /** Counts up: a failed attempt to connect is the answer only to those who were waiting when it began. */
  readonly ticket: number;
  /** Older connections are not for it; milliseconds of performance.now(). */
  readonly askedSince: number;
  readonly resolve: (connection: PacketConnection) => void;
  readonly reject: (reason: unknown) => void;
}

export interface PoolCounts {
  readonly connections: number;
  readonly idle: number;
  readonly waiting: number;
}

export class ConnectionPool implements BudgetedPool {
  /** Last one in, first one out: a small load keeps few connections warm and lets the others go. */
  private readonly idle: PacketConnection[] = [];
  /** In order of arrival. A Set that is filled and emptied all the time would keep what passed through it from being collected. */
  private readonly waiters: Waiter[] = [];
  private readonly all = new Set<PacketConnection>();
  private connecting = 0;
  /** Attempts to connect that failed in a row; the next one is not before `retryAt`, milliseconds of performance.now(). */
  private failures = 0;
  private retryAt = 0;
  private retry: NodeJS.Timeout | undefined;
  private tickets = 0;
  private drained: Promise<void> | undefined;
  private onDrained: () => void = () => {};

  constructor(
    private readonly open: () => Promise<PacketConnection>,
    private readonly budget: ConnectionBudget,
    private max: number,
    private readonly options: PoolOptions,
  ) {}

  get counts(): PoolCounts {
    return { connections: this.all.size + this.connecting, idle: this.idle.length, waiting: this.waiters.length };
  }

  setMax(max: number): void {
    this.max = max;
    this.grow();
  }

  /** An idle connection, if there is one and nobody waits for it. */
  takeIdle(): PacketConnection | undefined {
    for (let last = this.idle.pop(); last !== undefined; last = this.idle.pop()) {
      this.budget.idle -= 1;
      // One that its server is closing leaves by its own `close` event.
      if (last.usable) return last;
    }
    return undefined;
  }

  /**
   * @param askedSince only a connection that the server was asked for since then will do, milliseconds of performance.now().
   *   Idle ones stay for others, except for one that makes room where all places are taken.
   * @throws EngineError PGRST003 when none came free in time, PGRST000 when none can be made, `signal.reason` when aborted.
   */
  acquire(signal: CancelSignal | undefined, askedSince = -Infinity): Promise<PacketConnection> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        remove(this.waiters, waiter);
        if (this.waiters.length === 0) this.budget.leave(this);
      };
      const waiter: Waiter = {
        ticket: (this.tickets += 1),
        askedSince,
        resolve: (connection) => {
          settle();
          resolve(connection);
        },
        reject: (reason) => {
          settle();
          reject(reason);
          this.checkDrained();
        },
      };
      const abort = () => waiter.reject(signal?.reason);
      const timer = setTimeout(() => waiter.reject(acquireTimedOut()), this.options.acquireTimeoutMs);
      signal?.addEventListener('abort', abort);
      this.waiters.push(waiter);
      this.grow();
    });
  }

  release(connection: PacketConnection): void {
    // A connection that is not usable leaves by its own `close` event.
    if (!connection.usable) return;
    const tooOld = performance.now() - connection.openedAt > this.options.maxLifetimeMs;
    const owed = this.budget.contended && (this.waiters.length === 0 || this.all.size > 1);
    const tooMany = this.all.size > this.max;
    if (tooOld || owed || tooMany || (this.drained !== undefined && this.waiters.length === 0))
      return connection.close();
    this.hand(connection);
  }

  /** Opens connections for those who wait, as far as the limits allow. */
  grow(): void {
    while (this.waiters.length > this.connecting) {
      if (this.all.size + this.connecting >= this.max) return this.makeRoom();
      const isProven = this.failures === 0 && this.all.size > 0;
      if (!isProven && this.connecting > 0) return;
      if (this.failures > 0 && performance.now() < this.retryAt) return this.growLater();
      if (!this.budget.tryTake(this, this.all.size + this.connecting === 0)) return this.makeRoom();
      void this.add();
    }
  }

  /** Closes the connection that was idle longest; false when none is idle. */
  closeOneIdle(): boolean {
    const connection = this.idle.shift();
    if (connection === undefined) return false;
    this.budget.idle -= 1;
    connection.close();
    return true;
  }

  closeIdleSince(limit: number): void {
    for (let oldest = this.idle[0]; oldest !== undefined && oldest.idleSince <= limit; oldest = this.idle[0]) {
      this.closeOneIdle();
    }
  }

  /** Closes what is idle and the rest as it comes back; resolves when nothing is left. */
  drain(): Promise<void> {
    this.drained ??= new Promise<void>((resolve) => (this.onDrained = resolve));
    while (this.closeOneIdle());
    this.checkDrained();
    return this.drained;
  }

  /** Gives up what still runs. */
  destroy(): void {
    this.rejectUpTo(this.tickets, connectFailed(undefined));
    for (const connection of [...this.all]) connection.destroy();
  }

  /** Where no place is left: an idle connection goes when somebody waits all the same, which is for a newer one. */
  private makeRoom(): void {
    if (this.idle.length === 0) return;
    const leaving = [...this.all].filter(({ usable }) => !usable).length;
    if (this.waiters.length > this.connecting + leaving) this.closeOneIdle();
  }

  private growLater(): void {
    this.retry ??= setTimeout(() => {
      this.retry = undefined;
      this.grow();
    }, this.retryAt - performance.now());
  }

  private async add(): Promise<void> {
    this.connecting += 1;
    const lastTicket = this.tickets;
    try {
      const connection = await this.open();
      this.connecting -= 1;
      this.failures = 0;
      this.all.add(connection);
      connection.whenClosed(() => this.remove(connection));
      this.hand(connection);
    } catch (error) {
      this.connecting -= 1;
      this.failures += 1;
      this.retryAt = performance.now() + pauseMs(this.failures);
      this.budget.give();
      // With connections left those who wait are served by them; without any, or for who wants a new one, there is nothing
      // to wait for. Who came while an attempt was under way waits for the next one, unless the one before had failed as well.
      const isInVain = ({ askedSince }: Waiter) => this.all.size === 0 || askedSince > -Infinity;
      this.rejectUpTo(this.failures > 1 ? this.tickets : lastTicket, connectFailed(error), isInVain);
      this.checkDrained();
    }
    this.grow();
  }

  private rejectUpTo(ticket: number, reason: unknown, whom: (waiter: Waiter) => boolean = () => true): void {
    for (const waiter of [...this.waiters]) if (waiter.ticket <= ticket && whom(waiter)) waiter.reject(reason);
  }

  private hand(connection: PacketConnection): void {
    const waiter = this.waiters.length === 0 ? undefined : this.firstFor(connection);
    if (waiter !== undefined) return waiter.resolve(connection);
    if (this.drained !== undefined) return connection.close();
    connection.idleSince = performance.now();
    this.budget.idle += 1;
    this.idle.push(connection);
    if (this.waiters.length > 0) this.grow();
  }

  private firstFor({ askedAt }: PacketConnection): Waiter | undefined {
    return this.waiters.find(({ askedSince }) => askedSince <= askedAt);
  }

  private remove(connection: PacketConnection): void {
    this.all.delete(connection);
    if (remove(this.idle, connection)) this.budget.idle -= 1;
    this.budget.give();
    this.grow();
    this.checkDrained();
  }

  private checkDrained(): void {
    if (this.drained !== undefined && this.all.size + this.connecting + this.waiters.length === 0) this.onDrained();
  }
}

/** Half of it by chance. Short enough that a database that is back is found within a second. */
function pauseMs(failures: number): number {
  const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10));
  return full / 2 + (full / 2) * Math.random();
}

/** Whether it was there. */
function remove<T>(from: T[], item: T): boolean {
  const at = from.indexOf(item);
  if (at !== -1) from.splice(at, 1);
  return at !== -1;
}
