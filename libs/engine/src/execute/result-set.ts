/** What a request's statements answered: one shape for reads, mutations and calls, and the lines of a plan. */

export type ResultSet = RowsResult | PlanResult | InspectResult;

export interface RowsResult {
  readonly kind: 'rows';
  /** Rows that the filters match, counted without the limit; undefined when no count was asked for. */
  readonly tableTotal: bigint | undefined;
  /** Rows in the body. */
  readonly pageTotal: bigint;
  /** The body as PostgreSQL made it; bytes for binary media. */
  readonly body: string | Buffer;
  /** Key values of a single inserted row, in the order of the table's primary key; empty where no Location is due. */
  readonly location: readonly (string | null)[];
  /** `response.headers` and `response.status` as the request's functions left them. */
  readonly gucHeaders: string | undefined;
  readonly gucStatus: string | undefined;
  /** Rows that an upsert inserted rather than updated; undefined when it was not counted. */
  readonly inserted: bigint | undefined;
}

export interface PlanResult {
  readonly kind: 'plan';
  /** Lines of EXPLAIN. */
  readonly body: string;
}

/** What of a schema the request's role may use. */
export interface InspectResult {
  readonly kind: 'inspect';
  /** Names of tables and views; undefined for all. */
  readonly tables: readonly string[] | undefined;
  /** undefined for all. */
  readonly routines: readonly UsableRoutine[] | undefined;
}

/** One overload of a function. */
export interface UsableRoutine {
  readonly name: string;
  /** Of its input arguments, as PostgreSQL prints them under the request's search path. */
  readonly types: readonly string[];
}
