/**
 * A page of rows, asked for by `limit`/`offset` or by a Range header: how the two meet, and how the answer names the page.
 * Bigints, because PostgreSQL (not we) decides what is too large.
 */

export interface Range {
  /** Rows to skip; never negative. */
  readonly offset: bigint;
  /** Rows to take; undefined for all. May be negative below the top level: PostgreSQL refuses it there (2201W). */
  readonly limit: bigint | undefined;
}

export const allRows: Range = { offset: 0n, limit: undefined };
