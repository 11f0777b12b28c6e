/**
 * The engine's only way out: a port that runs one packet of statements as one implicit transaction in one round trip.
 * `libs/postgres` implements it; the engine knows nothing of sockets, pools or drivers.
 */

/** A parameter: text, or bytes that are sent in binary format, or SQL null. */
export type SqlValue = string | Buffer | null;

export interface SqlStatement {
  /** Depends on the shape of a request, never on its values. */
  readonly text: string;
  readonly values: readonly SqlValue[];
  /** false keeps the statement unnamed (its text hardly ever comes again). Default true: prepared once per connection. */
  readonly prepare?: boolean;
}

export interface SqlPacket {
  /** Run in order up to the first error; one Sync behind the last: an error anywhere undoes everything. */
  readonly statements: readonly SqlStatement[];
  /**
   * Set when the transaction must not be kept: the last statement raises an error whose message contains this text,
   * which the executor reads as success (decision 8). Any other error is an error.
   */
  readonly undoMarker?: string | undefined;
  /** So many statements at the front only prepare: until one behind them begins, nothing has run. Default 0. */
  readonly preparatory?: number;
  /** true: it runs read only, so that running it twice does no harm. Default false. */
  readonly repeatable?: boolean;
  /** What the connection needs before anybody else gets it, where these results say so; the caller does not wait for it. */
  readonly tidyUp?: TidyUp;
}

export interface TidyUp {
  readonly isDue: (results: readonly SqlResult[]) => boolean;
  readonly statement: SqlStatement;
}

export interface SqlResult {
  readonly columns: readonly string[];
  /** Fields in PostgreSQL's text format. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** What an executor asks of an AbortSignal, which is one; a caller with many requests may bring a lighter one. */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface SqlExecutor {
  /**
   * Resolves after ReadyForQuery with one result per statement (the undo statement has none). A packet that a stopping
   * server did not begin, or may be repeated, runs again once the server is back; any other fails with it.
   *
   * @throws SqlError when PostgreSQL answered an error, EngineError (PGRST000, PGRST001, PGRST003) when the database could
   * not be asked, and `signal.reason` when the signal aborted (the running statement is then cancelled).
   */
  submit(packet: SqlPacket, signal?: CancelSignal): Promise<readonly SqlResult[]>;
}

/** An ErrorResponse of PostgreSQL, with the statement that it belongs to. */
export class SqlError extends Error {
  override readonly name = 'SqlError';

  constructor(
    readonly fields: {
      readonly severity: string;
      /** SQLSTATE, five characters. */
      readonly code: string;
      readonly message: string;
      readonly detail?: string | undefined;
      readonly hint?: string | undefined;
      readonly constraint?: string | undefined;
      readonly where?: string | undefined;
      /** The function of the server's source that raised it: unlike the message, in no language. */
      readonly routine?: string | undefined;
    },
    /** Index into `packet.statements`. */
    readonly statementIndex: number,
  ) {
    super(fields.message);
  }
}
