/** Deletes branches whose `expires_at` has come, as anybody would by hand: an operation takes the compute away. */
import { DatabaseError, type Branch, type Database } from '@perch/database';
import type { Observer } from '@perch/observability';
import { Rounds } from './rounds.js';

export interface ExpiredBranchesParts {
  readonly database: Pick<Database, 'branches'>;
  readonly observer: Observer;
  /** Hands operations to the queue. */
  readonly enqueue: (ids: readonly string[]) => Promise<void>;
}

/** Milliseconds between two looks. */
const LOOK_MS = 2_000;

export class ExpiredBranches {
  readonly #rounds = new Rounds(() => this.look(), LOOK_MS);

  constructor(private readonly parts: ExpiredBranchesParts) {}

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** One round; never throws. @param now what is due by then */
  async look(now = new Date()): Promise<void> {
    try {
      for (const branch of await this.parts.database.branches.listExpired(now)) {
        await this.delete(branch, now).catch((error: unknown) => this.tell(`Branch ${branch.id}`, error));
      }
    } catch (error) {
      this.tell('Expired branches', error);
    }
  }

  private async delete(branch: Branch, now: Date): Promise<void> {
    try {
      const operations = await this.parts.database.branches.markDeleted(branch, now);
      await this.parts.enqueue((operations ?? []).map(({ id }) => id));
    } catch (error) {
      // Something else is being done to it: the next look tries again.
      if (!(error instanceof DatabaseError && error.code === 'database.busy')) throw error;
    }
  }

  private tell(what: string, error: unknown): void {
    const text = `${what} could not be deleted: ${error instanceof Error ? error.message : String(error)}`;
    this.parts.observer.note({ kind: 'message', level: 'warn', text });
  }
}
