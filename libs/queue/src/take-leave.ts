/** The end of a connection to the backend: politely while it is there, and at all when it is away. */
import { setTimeout as delay } from 'node:timers/promises';

/** What can be closed for good, of BullMQ's Queue and Worker. */
interface Closable {
  /** Waits for the jobs that run, and then for the backend, for ever when that is away. */
  close(): Promise<void>;
  giveUp(): void;
}

/** Milliseconds that a backend has for its answer. */
const PATIENCE_MS = 2_000;

/** @param idle resolves when no job runs any more. Never throws: what the backend was not told, it sees when locks expire. */
export async function takeLeave(of: Closable, idle: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
  const closed = of.close().catch(() => undefined);
  await idle();
  const patience = new AbortController();
  const tooLate = delay(PATIENCE_MS, undefined, { signal: patience.signal }).then(
    () => of.giveUp(),
    () => undefined,
  );
  await Promise.race([closed, tooLate.then(() => delay(PATIENCE_MS, undefined, { ref: false }))]);
  patience.abort();
}
