/** Runs a task again and again, one run at a time, with jitter so that several processes do not march in step. */
export interface PeriodicTask {
  /** Resolves when the run that is under way has ended. */
  stop(): Promise<void>;
}

export interface PeriodicTaskOptions {
  /** Milliseconds between the end of a run and the start of the next; up to a fifth more at random. */
  readonly everyMs: number;
  readonly run: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

const JITTER = 0.2;

/** The first run begins at once. */
export function startPeriodicTask({ everyMs, run, onError }: PeriodicTaskOptions): PeriodicTask {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const once = (): void => {
    running = run()
      .catch(onError)
      .then(() => {
        if (!stopped) timer = setTimeout(once, everyMs * (1 + Math.random() * JITTER));
      });
  };
  once();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
