/** Opens a connection to a Postgres that may be asleep: refused, it is woken once and tried again. */

export interface Wakeable<Connection> {
  readonly connect: () => Promise<Connection>;
  /** Whether it is worth another attempt. */
  readonly wake: () => Promise<boolean>;
}

/** @throws what the last attempt threw. */
export async function connectAwake<Connection>({ connect, wake }: Wakeable<Connection>): Promise<Connection> {
  try {
    return await connect();
  } catch (error) {
    if (!mayBeAsleep(error) || !(await wake())) throw error;
    return connect();
  }
}

/** Nobody listens; or somebody who is just starting or stopping (57P03). */
function mayBeAsleep(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(mayBeAsleep);
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return error.code === 'ECONNREFUSED' || error.code === '57P03';
}
