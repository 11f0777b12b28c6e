/** A refusal of the management API: a code of the catalogue with its status and message. */
import { catalogue, type CatalogueRow, type ErrorArgs, type ErrorCode } from './catalogue.js';

export class ControlPlaneError extends Error {
  override readonly name = 'ControlPlaneError';

  constructor(
    readonly code: ErrorCode,
    readonly status: number,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The catalogue seen row by row, so that a code and its arguments stay together. */
const rows: { readonly [Code in ErrorCode]: CatalogueRow<ErrorArgs[Code]> } = catalogue;

/** Makes the error of one row: `throw failure('project.not-found', id)`. */
export function failure<Code extends ErrorCode>(code: Code, ...args: ErrorArgs[Code]): ControlPlaneError {
  const row: CatalogueRow<ErrorArgs[Code]> = rows[code];
  return new ControlPlaneError(code, row.status, row.message(...args));
}

/** The value if it is there, else the refusal. */
export function present<Value, Code extends ErrorCode>(
  value: Value | undefined,
  code: Code,
  ...args: ErrorArgs[Code]
): Value {
  if (value === undefined) throw failure(code, ...args);
  return value;
}
