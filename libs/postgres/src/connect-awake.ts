/** Opens a connection to a Postgres that may be asleep: refused, it is woken and tried again. */

export interface Wakeable<Connection> {
  readonly connect: () => Promise<Connection>;
  /** Whether it is worth another attempt. */
  readonly wake: () => Promise<boolean>;
}

/** A server may go to sleep again the moment it was woken; not for ever. */
const MOST_WAKES = 3;

/** @throws what the last attempt threw. */
export async function connectAwake<Connection>({ connect, wake }: Wakeable<Connection>): Promise<Connection> {
  for (let wakes = 0; ; wakes += 1) {
    try {
      return await connect();
    } catch (error) {
      if (wakes === MOST_WAKES || !mayBeAsleep(error) || !(await wake())) throw error;
    }
  }
}

/**
 * Nobody listens; or somebody who is just starting or stopping. That one refuses (57P03), ends the session as soon as it is
 * made (57P01), or breaks off in the middle of making it, for which the driver has words and no code.
 */
function mayBeAsleep(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(mayBeAsleep);
  if (typeof error !== 'object' || error === null) return false;
  if ('code' in error && typeof error.code === 'string') return asleep.has(error.code);
  return 'message' in error && error.message === 'Connection terminated unexpectedly';
}

const asleep: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P01', '57P03']);
