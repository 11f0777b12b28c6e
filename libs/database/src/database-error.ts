/** The one error class of this room. `code` is stable and dotted; the control plane maps it to a status. */
export type DatabaseErrorCode =
  | 'database.secret-unreadable'
  | 'database.migration-failed'
  | 'database.migration-edited'
  | 'database.migrations-missing'
  | 'database.conflict'
  | 'database.name-taken'
  | 'database.busy'
  | 'database.expires'
  | 'database.must-last'
  | 'database.document-unreadable';

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';

  constructor(
    readonly code: DatabaseErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}
