/**
 * How many connections this process may have in all. A pool takes one place per connection, closing ones included; when all
 * are taken, the pool that nobody used for longest gives an idle one up, and pools that wait are served in turn. The last
 * places are for pools that have none yet: tenants with much to do never keep all others out.
 */
export interface BudgetedPool {
  /** Called when a place may be free for a pool that was refused one. */
  grow(): void;
}

/** One place of so many is for a pool's first connection only. */
const RESERVED_ONE_OF = 4;

export class ConnectionBudget {
  private used = 0;
  /** Of the places taken, those of connections that nobody uses; kept by the pools. */
  idle = 0;
  private readonly waiting = new Set<BudgetedPool>();

  constructor(
    private readonly max: number,
    /** Makes the least recently used pool close an idle connection, if any has one. */
    private readonly reclaim: () => void,
  ) {}

  get size(): number {
    return this.used;
  }

  /** true while a pool waits for a place: whoever has several should give one back. */
  get contended(): boolean {
    return this.waiting.size > 0;
  }

  /**
   * false when there is none. A pool without any connection then waits its turn, to be told by `grow`; one that has some
   * is served by those.
   */
  tryTake(pool: BudgetedPool, isFirst: boolean): boolean {
    const unused = this.max - this.used + this.idle;
    if (!isFirst && unused <= Math.floor(this.max / RESERVED_ONE_OF)) return false;
    if (this.used < this.max) {
      this.used += 1;
      this.waiting.delete(pool);
      return true;
    }
    this.waiting.add(pool);
    this.reclaim();
    return false;
  }

  give(): void {
    this.used -= 1;
    for (const pool of [...this.waiting]) {
      this.waiting.delete(pool);
      pool.grow();
      // Who was refused a place may be served by now, and not take it.
      if (this.used >= this.max) return;
    }
  }

  /** The pool needs no place any more. */
  leave(pool: BudgetedPool): void {
    this.waiting.delete(pool);
  }
}
