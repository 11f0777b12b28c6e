/**
 * HTTP exchanges that end when they are told to. On Node 20 fetch forgets its signal when the garbage collector comes by
 * while nothing arrives (it is held weakly), so whoever waits must not rely on it.
 */

/** Waits for `work`, but not beyond the signal. @throws `signal.reason` when that aborts first */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/**
 * The body piece by piece.
 * @throws `signal.reason` when that aborts before the end, and whatever reading throws
 */
export async function* bodyPieces(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const cancel = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

/** A controller that aborts when one of `signals` does, and by itself after so many milliseconds; `done` lets go of both. */
export function abortAfter(
  milliseconds: number,
  signals: readonly AbortSignal[],
): { readonly signal: AbortSignal; readonly restart: () => void; readonly done: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort(new DOMException('nothing came in time', 'TimeoutError'));
  const timer = setTimeout(abort, milliseconds);
  const follow = signals.map((signal) => {
    const listener = () => controller.abort(signal.reason);
    if (signal.aborted) listener();
    signal.addEventListener('abort', listener, { once: true });
    return () => signal.removeEventListener('abort', listener);
  });
  return {
    signal: controller.signal,
    restart: () => void timer.refresh(),
    done() {
      clearTimeout(timer);
      for (const unfollow of follow) unfollow();
      controller.abort();
    },
  };
}
