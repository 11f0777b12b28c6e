/** What goes wrong between this process and a database, as the errors that the engine's callers know. */
import { engineError, SqlError, type EngineError } from '@perch/engine';
import type { ErrorFields } from './backend-messages.js';

/** No connection could be made: PGRST000, with what the server or the network said. */
export function connectFailed(cause: unknown): EngineError {
  return engineError('PGRST000', { details: textOf(cause) }, cause);
}

/** A connection was lost while its packet was running: PGRST001. Whether the packet took effect is not known. */
export function connectionLost(details: string): EngineError {
  return engineError('PGRST001', { details });
}

/** No connection came free in time: PGRST003. */
export function acquireTimedOut(): EngineError {
  return engineError('PGRST003');
}

export function sqlError(error: ErrorFields, statementIndex: number): SqlError {
  const { severity, code, message, detail, hint, constraint, where, routine } = error;
  return new SqlError({ severity, code, message, detail, hint, constraint, where, routine }, statementIndex);
}

function textOf(cause: unknown): string | undefined {
  if (cause instanceof AggregateError && cause.message === '') {
    // One name, several addresses, none of them answered.
    return cause.errors.map((error) => textOf(error)).join('; ');
  }
  if (cause instanceof Error) return cause.message === '' ? undefined : cause.message;
  return undefined;
}
