/**
 * Coalesces questions about the present: who asks while one is being answered waits for the next, because the answer
 * under way may have been given before what the asker knows of.
 */
export interface TrailingFlight<T> {
  run(key: string, work: () => Promise<T>): Promise<T>;
}

export function createTrailingFlight<T>(): TrailingFlight<T> {
  const running = new Map<string, Promise<unknown>>();
  const next = new Map<string, Promise<T>>();
  const start = (key: string, work: () => Promise<T>): Promise<T> => {
    next.delete(key);
    const mine = work();
    const done = mine.then(
      () => undefined,
      () => undefined,
    );
    running.set(key, done);
    void done.then(() => {
      if (running.get(key) === done) running.delete(key);
    });
    return mine;
  };
  return {
    run(key, work) {
      const waiting = next.get(key);
      if (waiting !== undefined) return waiting;
      const current = running.get(key);
      if (current === undefined) return start(key, work);
      const queued = current.then(() => start(key, work));
      next.set(key, queued);
      return queued;
    },
  };
}
