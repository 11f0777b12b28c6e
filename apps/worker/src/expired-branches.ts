/** Deletes branches whose `expires_at` has come, as anybody would by hand: an operation takes the compute away. */
import { DatabaseError, type Branch, type Database } from '@perch/database';
import type { Observer } from '@perch/observability';
import { Pauses } from './pauses.js';
import { Rounds } from './rounds.js';

export interface ExpiredBranchesParts {
  readonly database: Pick<Database, 'branchLifecycles'>;
  readonly observer: Observer;
  /** Hands operations to the queue. */
  readonly enqueue: (ids: readonly string[]) => Promise<void>;
  /** Milliseconds of a clock that never goes back, for pauses. */
  readonly now?: () => number;
}

/** Milliseconds between two looks. */
const LOOK_MS = 2_000;

export class ExpiredBranches {
  readonly #rounds = new Rounds(() => this.look(), {
    everyMs: LOOK_MS,
    onError: (error, retryInMs) => this.tell('Expired branches', error, retryInMs),
  });
  /** Of branches that could not be deleted. */
  readonly #pauses: Pauses;

  constructor(private readonly parts: ExpiredBranchesParts) {
    this.#pauses = new Pauses(2 * LOOK_MS, parts.now ?? (() => performance.now()));
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** One round. @param now what is due by then. @throws when the metadata database cannot be asked */
  async look(now = new Date()): Promise<void> {
    const due = await this.parts.database.branchLifecycles.listExpired(now);
    this.#pauses.keep(new Set(due.map(({ id }) => id)));
    for (const branch of due) {
      if (!this.#pauses.isOver(branch.id)) continue;
      await this.delete(branch, now).then(
        () => this.#pauses.succeeded(branch.id),
        (error: unknown) => this.tell(`Branch ${branch.id}`, error, this.#pauses.failed(branch.id)),
      );
    }
  }

  private async delete(branch: Branch, now: Date): Promise<void> {
    try {
      const operations = await this.parts.database.branchLifecycles.markDeleted(branch, now);
      await this.parts.enqueue((operations ?? []).map(({ id }) => id));
    } catch (error) {
      // Something else is being done to it: the next look tries again.
      if (!(error instanceof DatabaseError && error.code === 'database.busy')) throw error;
    }
  }

  private tell(what: string, error: unknown, retryInMs: number): void {
    const text = `${what} could not be deleted: ${error instanceof Error ? error.message : String(error)}`;
    this.parts.observer.note({ kind: 'message', level: 'warn', text, fields: { retryInMs } });
  }
}
