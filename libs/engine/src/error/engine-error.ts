/** The one error of the engine: a code of the catalogue (or a SQLSTATE) in, everything an error answer needs out. */
import { catalogue, type Catalogue, type ErrorCode } from './catalogue.js';
import type { ErrorDetails, ErrorKind } from './error-kind.js';

export interface ErrorFacts {
  readonly code: string;
  readonly status: number;
  /** Reason phrase when SQL chose one; undefined for the standard phrase. */
  readonly statusText?: string | undefined;
  readonly message: string;
  readonly details?: ErrorDetails | undefined;
  readonly hint?: string | undefined;
  /** Headers of the answer beside those of every error. */
  readonly headers?: readonly (readonly [name: string, value: string])[] | undefined;
  readonly kind: ErrorKind;
  /** The original, for logs; never sent. */
  readonly cause?: unknown;
}

/** A failure or an operational error. `message`, `details` and `hint` are what the client reads. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: string;
  readonly status: number;
  readonly statusText: string | undefined;
  readonly details: ErrorDetails | undefined;
  readonly hint: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly kind: ErrorKind;

  constructor(facts: ErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = facts.code;
    this.status = facts.status;
    this.statusText = facts.statusText;
    this.details = facts.details;
    this.hint = facts.hint;
    this.headers = facts.headers ?? [];
    this.kind = facts.kind;
  }
}

/** A broken assumption of ours: 500, its text never shown to a client. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}

/** Closes a switch over a union: compiles only when every kind is handled. */
export function assertNever(value: never): never {
  throw new InternalError(`unhandled kind: ${JSON.stringify(value)}`);
}

type ArgumentsOf<C extends ErrorCode> = Parameters<Catalogue[C]['message']>[0];

/**
 * Makes the error of a catalogue row: `throw engineError('PGRST204', { column, relation })`.
 *
 * @param rest the row's arguments (none for a row without), then the cause.
 */
export function engineError<C extends ErrorCode>(
  code: C,
  ...rest: ArgumentsOf<C> extends void ? [args?: undefined, cause?: unknown] : [args: ArgumentsOf<C>, cause?: unknown]
): EngineError {
  // One row's functions and its own arguments: TypeScript cannot follow that pairing through the index.
  const row = catalogue[code] as Catalogue[ErrorCode] as {
    readonly status: number;
    readonly kind: ErrorKind;
    readonly message: (args: unknown) => string;
    readonly details?: (args: unknown) => ErrorDetails | undefined;
    readonly hint?: (args: unknown) => string | undefined;
    readonly headers?: (args: unknown) => readonly (readonly [string, string])[];
  };
  const [args, cause] = rest;
  return new EngineError({
    code,
    status: row.status,
    kind: row.kind,
    message: row.message(args),
    details: row.details?.(args),
    hint: row.hint?.(args),
    headers: row.headers?.(args),
    cause,
  });
}
