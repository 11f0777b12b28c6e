/**
 * The outer SELECT that every main statement ends in: one row with the figures and the body, whatever made the rows.
 * Column order is that of `pageColumns`; `execute/read-result.ts` reads by it.
 */
import type { BodyHandler } from '../plan/negotiate-content.js';
import { bodySql, isBinary, pageAlias, pageCte, readsOrigin, type PageRows } from './body-sql.js';
import { noLongerThan } from './guards-sql.js';
import { empty, ident, join, sql, type SqlFragment } from './sql.js';

export interface Page {
  /** What a mutation or a call returns, to be read from by `query`: name and query of a CTE. undefined for a read. */
  readonly origin: { readonly name: string; readonly query: SqlFragment } | undefined;
  /** The query whose rows are the page. */
  readonly query: SqlFragment;
  readonly rows: PageRows;
  /** How many rows the page has: `pageTotal` or `shownTotal`. */
  readonly pageTotal: SqlFragment;
  readonly handler: BodyHandler;
  /** Rows that match, without the limit; null when nobody asked. */
  readonly total: SqlFragment;
  /** See location-sql.ts. */
  readonly location: SqlFragment;
  readonly inserted: SqlFragment;
  /** Raise instead of answering. */
  readonly guards: readonly SqlFragment[];
  /** A longer body raises as well. Default: any length. */
  readonly maxBodyBytes?: number | undefined;
}

/** Rows of the page. A function that returns one value always answers one, and must not be called only to count it. */
export function pageTotal(rows: PageRows): SqlFragment {
  return rows.kind === 'single' ? sql`1::bigint` : sql`pg_catalog.count(*)`;
}

/**
 * The same for a page that makes no body although its columns are asked for: what is wrong with a column fails by HEAD, too,
 * as it does with PostgREST. A row that is counted is made first.
 */
export function shownTotal(rows: PageRows, handler: BodyHandler): SqlFragment {
  return rows.kind === 'single' || handler.kind !== 'none'
    ? pageTotal(rows)
    : sql`pg_catalog.count(${ident(pageAlias)})`;
}

/** Index of each column in the statement's only row. */
export const pageColumns = {
  total: 0,
  pageTotal: 1,
  body: 2,
  headers: 3,
  status: 4,
  location: 5,
  inserted: 6,
} as const;

export function pageStatement(page: Page): SqlFragment {
  const isOwnOrigin = page.origin === undefined && readsOrigin(page.handler);
  const origin = isOwnOrigin ? { name: pageCte, query: page.query } : page.origin;
  const source = isOwnOrigin ? ident(pageCte) : sql`(${page.query})`;
  const columns = [
    sql`${page.total} as total`,
    sql`${page.pageTotal} as page_total`,
    sql`${bodySql(page.handler, page.rows, origin?.name ?? pageCte)} as body`,
    // Behind the body, because what makes it may set them.
    sql`nullif(pg_catalog.current_setting('response.headers', true), '') as headers`,
    sql`nullif(pg_catalog.current_setting('response.status', true), '') as status`,
    sql`${page.location} as location`,
    sql`${page.inserted} as inserted`,
    ...page.guards,
  ];
  const withOrigin = origin === undefined ? empty : sql`with ${ident(origin.name)} as (${origin.query}) `;
  const answer = sql`select ${join(columns, ', ')} from ${source} as ${ident(pageAlias)}`;
  if (page.maxBodyBytes === undefined || page.handler.kind === 'none') return sql`${withOrigin}${answer}`;
  // Around the page, so that the body is made once however often it is looked at.
  const most = isBinary(page.handler) ? base64Bytes(page.maxBodyBytes) : page.maxBodyBytes;
  return sql`${withOrigin}select answer.*, ${noLongerThan(most, sql`answer.body::text`)} from (${answer}) as answer`;
}

/** Length of so many bytes as PostgreSQL encodes them: four characters for three bytes, a line break behind every 76. */
function base64Bytes(bytes: number): number {
  const characters = Math.ceil(bytes / 3) * 4;
  return characters + Math.floor(characters / 76);
}
