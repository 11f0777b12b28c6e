/** Work that comes from many sides at once, let through a few at a time, in the order in which it came. */
export interface Limiter {
  /**
   * Runs `work` when its turn comes.
   * @throws LimitExceededError when too much waits already or the turn does not come in time; then it never runs
   */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export interface LimiterOptions {
  /** Runs at the same time. */
  readonly concurrency: number;
  /** Runs that wait at most; more are refused at once. Default: any number. */
  readonly maxWaiting?: number;
  /** Milliseconds a run may wait for its turn. Default: any time. */
  readonly maxWaitMs?: number;
}

/** There is more to do than may be done at once. */
export class LimitExceededError extends Error {
  override readonly name = 'LimitExceededError';
  readonly code = 'limit.exceeded';
}

export function createLimiter({ concurrency, maxWaiting = Infinity, maxWaitMs }: LimiterOptions): Limiter {
  const waiting = new Set<() => void>();
  let running = 0;

  const turn = (): Promise<void> => {
    if (running < concurrency) {
      running += 1;
      return Promise.resolve();
    }
    if (waiting.size >= maxWaiting) throw new LimitExceededError(`${waiting.size} wait already`);
    return new Promise((resolve, reject) => {
      const go = () => {
        clearTimeout(timer);
        resolve();
      };
      const giveUp = () => {
        waiting.delete(go);
        reject(new LimitExceededError(`its turn did not come within ${maxWaitMs} ms`));
      };
      const timer = maxWaitMs === undefined ? undefined : setTimeout(giveUp, maxWaitMs).unref();
      waiting.add(go);
    });
  };

  /** The place goes from one to the next, so that nobody who comes later gets in between. */
  const passOn = () => {
    for (const next of waiting) {
      waiting.delete(next);
      return next();
    }
    running -= 1;
  };

  return {
    async run(work) {
      await turn();
      try {
        return await work();
      } finally {
        passOn();
      }
    },
  };
}
