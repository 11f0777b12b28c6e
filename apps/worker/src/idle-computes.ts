/** Sends local computes to sleep that nobody has used for their `suspend_timeout_seconds`. */
import type { Computes } from '@perch/compute';
import { DatabaseError, type Database, type Endpoint } from '@perch/database';
import type { Observer } from '@perch/observability';
import { readActivity } from './operations/compute-activity.js';
import { findCompute } from './operations/find-compute.js';
import { Rounds } from './rounds.js';

export interface IdleComputesParts {
  readonly database: Database;
  readonly computes: Computes;
  readonly observer: Observer;
  /** Hands operations to the queue. */
  readonly enqueue: (ids: readonly string[]) => Promise<void>;
  /** Milliseconds of a clock. Default Date.now. */
  readonly now?: () => number;
}

/** What `suspend_timeout_seconds: 0` means: five minutes. */
const DEFAULT_TIMEOUT_SECONDS = 300;
/** Milliseconds between two looks for computes that are due. */
const LOOK_MS = 2_000;
/** Milliseconds until one that is in use, or could not be looked at, is looked at again. */
const AGAIN_MS = 10_000;

interface Watched {
  readonly sessions: string;
  readonly inUse: boolean;
  /** When it was last seen in use. */
  readonly activeAt: number;
  readonly nextLookAt: number;
}

export class IdleComputes {
  readonly #watched = new Map<string, Watched>();
  readonly #rounds = new Rounds(() => this.look(), {
    everyMs: LOOK_MS,
    onError: (error, retryInMs) => this.tell('Idle computes', error, { retryInMs }),
  });

  constructor(private readonly parts: IdleComputesParts) {}

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** One round over every local compute that runs. @throws when the metadata database cannot be asked */
  async look(): Promise<void> {
    const endpoints = await this.parts.database.endpoints.listLocalActive();
    const known = new Set(endpoints.map(({ id }) => id));
    for (const id of this.#watched.keys()) if (!known.has(id)) this.#watched.delete(id);
    for (const endpoint of endpoints)
      await this.lookAt(endpoint).catch((error: unknown) => this.tell(`Endpoint ${endpoint.id}`, error));
  }

  private async lookAt(endpoint: Endpoint): Promise<void> {
    const { id, suspendTimeoutSeconds } = endpoint;
    const now = (this.parts.now ?? Date.now)();
    const before = this.#watched.get(id);
    if (suspendTimeoutSeconds < 0 || (before !== undefined && now < before.nextLookAt)) return;
    // First, so that whatever goes wrong below is not tried again at once.
    this.#watched.set(id, { sessions: '', inUse: false, activeAt: now, ...before, nextLookAt: now + AGAIN_MS });
    const found = await findCompute(this.parts.database, endpoint.branchId, id);
    const activity = found && (await readActivity(this.parts.computes.open(found.compute)));
    if (activity === undefined) return;
    const { inUse, quietSeconds, sessions } = activity;
    // Whoever left since the last look may have done so a moment ago.
    const wasInUse = before === undefined || before.inUse || before.sessions !== sessions;
    const lastUse = quietSeconds === undefined ? 0 : now - quietSeconds * 1000;
    const activeAt = inUse || wasInUse ? now : Math.max(before.activeAt, lastUse);
    const timeoutSeconds = suspendTimeoutSeconds === 0 ? DEFAULT_TIMEOUT_SECONDS : suspendTimeoutSeconds;
    const dueAt = activeAt + timeoutSeconds * 1000;
    const nextLookAt = inUse ? Math.min(dueAt, now + AGAIN_MS) : Math.max(dueAt, now + 1);
    this.#watched.set(id, { sessions, inUse, activeAt, nextLookAt });
    if (now >= dueAt) await this.suspend(endpoint, timeoutSeconds);
  }

  private async suspend(endpoint: Endpoint, timeoutSeconds: number): Promise<void> {
    try {
      const { operations } = await this.parts.database.endpoints.request(endpoint, {
        actions: ['suspend_compute'],
        pendingState: 'idle',
        input: { idle_seconds: timeoutSeconds },
      });
      await this.parts.enqueue(operations.map(({ id }) => id));
    } catch (error) {
      // Something else is being done to the branch: it is not idle after all.
      if (!(error instanceof DatabaseError && error.code === 'database.busy')) throw error;
    }
  }

  private tell(what: string, error: unknown, fields: Readonly<Record<string, number>> = {}): void {
    const text = `${what} could not be looked at: ${error instanceof Error ? error.message : String(error)}`;
    this.parts.observer.note({ kind: 'message', level: 'warn', text, fields });
  }
}
