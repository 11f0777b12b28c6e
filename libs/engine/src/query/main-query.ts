/** The statements of one request, in the order in which they go out, as one packet. */
import type { SqlStatement } from '../sql-executor.js';

export interface MainQuery {
  /**
   * `SET TRANSACTION ...`: only where a role or a function asks for another isolation level than the default, or where a
   * write needs another access mode.
   */
  readonly modes: SqlStatement | undefined;
  readonly settings: SqlStatement;
  /** The settings statement fails when the schema has moved. */
  readonly checksSchema: boolean;
  /** The settings statement makes the transaction read only. */
  readonly readOnly: boolean;
  readonly preRequest: SqlStatement | undefined;
  /** One row of the shape in result-set.ts, or the lines of a plan. */
  readonly main: SqlStatement;
  /** `EXPLAIN` of the count, for planned and estimated counts. */
  readonly plannedCount: PlannedCount | undefined;
  /** Checks what is deferred, then raises `undoMarker`, so that nothing is kept (decision 8). Empty to keep it. */
  readonly undo: readonly SqlStatement[];
  /** A missing privilege then means "log in" (401), not "forbidden" (403). */
  readonly runsAsAnonymous: boolean;
}

export interface PlannedCount {
  readonly statement: SqlStatement;
  /** The planner's figure stands where more than this was counted; undefined: nothing was counted. */
  readonly above: bigint | undefined;
}

/** In the message of the error that the undo statement raises. */
export const undoMarker = 'PERCH_UNDO';
