/**
 * How the rows of a page become the body: a handler in, one SQL expression over the page's rows out. The body leaves
 * PostgreSQL as text and is sent as it is.
 */
import { assertNever, InternalError } from '../error/engine-error.js';
import type { QualifiedIdentifier } from '../identifiers.js';
import type { BodyHandler } from '../plan/negotiate-content.js';
import { ident, literal, qualified, sql, type SqlFragment } from './sql.js';

/** Alias of the page's rows: PostgREST's, because PostgreSQL's messages show it. */
export const pageAlias = '_postgrest_t';
/** Name of the page as a CTE, where it is its own origin and an expression reads that, too. */
export const pageCte = 'pgrst_page';
/** Column of a scalar function's result. */
export const scalarColumn = 'pgrst_scalar';

/** What a row of the page is. */
export type PageRows =
  /** Rows of a table or of a function that returns rows. */
  | { readonly kind: 'rows' }
  /** The only row of a function that returns one row or value; `scalar`: in `scalarColumn`. */
  | { readonly kind: 'single'; readonly scalar: boolean }
  /** Values of a function that returns a set of scalars, in `scalarColumn`. */
  | { readonly kind: 'scalars' };

const page = ident(pageAlias);
const scalar = sql`${page}.${ident(scalarColumn)}`;

/** @param origin name of the CTE that the page's rows come from: CSV is headed by its columns */
export function bodySql(handler: BodyHandler, rows: PageRows, origin: string): SqlFragment {
  switch (handler.kind) {
    case 'none':
      return sql`null::text`;
    case 'json-array':
      return jsonArray(rows, handler.nullsStripped);
    case 'json-object':
      return jsonObject(rows, handler.nullsStripped);
    case 'csv':
      return csv(ident(origin));
    case 'geojson':
      return sql`pg_catalog.json_build_object('type', 'FeatureCollection', 'features', coalesce(pg_catalog.json_agg(ST_AsGeoJSON(${page})::json), '[]'))`;
    case 'aggregate': {
      return asText(sql`${qualified(handler.routine)}(${aggregated(rows, handler.rowType)})`, handler.binary);
    }
    case 'function-result':
      return asText(functionResult(rows), handler.binary);
    default:
      return assertNever(handler);
  }
}

/** The value of a function that returns one, else the row. */
function aggregated(rows: PageRows, rowType: QualifiedIdentifier | undefined): SqlFragment {
  if (rows.kind === 'single' && rows.scalar) return scalar;
  return rowType === undefined ? page : sql`${page}::${qualified(rowType)}`;
}

/** Bytes travel as base64, whatever bytea_output is: `isBinary` tells who reads them. */
function asText(body: SqlFragment, binary: boolean): SqlFragment {
  return binary ? sql`pg_catalog.encode(${body}, 'base64')` : body;
}

export function isBinary(handler: BodyHandler): boolean {
  return (handler.kind === 'aggregate' || handler.kind === 'function-result') && handler.binary;
}

/** Whether the expression reads the rows' origin beside aggregating the page. */
export function readsOrigin(handler: BodyHandler): boolean {
  return handler.kind === 'csv';
}

function jsonArray(rows: PageRows, nullsStripped: boolean): SqlFragment {
  switch (rows.kind) {
    case 'rows':
      return stripNulls(sql`coalesce(pg_catalog.json_agg(${page}), '[]')`, nullsStripped);
    case 'scalars':
      return stripNulls(sql`coalesce(pg_catalog.json_agg(${scalar}), '[]')`, nullsStripped);
    case 'single':
      return single(rows.scalar, nullsStripped);
  }
}

/** The statement's guard has seen that there is exactly one row. */
function jsonObject(rows: PageRows, nullsStripped: boolean): SqlFragment {
  return single(rows.kind === 'single' && rows.scalar, nullsStripped);
}

function single(isScalar: boolean, nullsStripped: boolean): SqlFragment {
  const value = sql`(pg_catalog.json_agg(${isScalar ? scalar : page}) -> 0)`;
  return sql`coalesce(${stripNulls(value, nullsStripped)}, 'null')`;
}

/** Of a single value no aggregate: where a filter leaves it out there is no row at all, and read-result.ts says what then. */
function functionResult(rows: PageRows): SqlFragment {
  switch (rows.kind) {
    case 'single':
      return scalar;
    case 'scalars':
      return sql`pg_catalog.string_agg(${scalar}, '')`;
    case 'rows':
      throw new InternalError('rows are no media type');
  }
}

function stripNulls(json: SqlFragment, wanted: boolean): SqlFragment {
  return wanted ? sql`pg_catalog.json_strip_nulls(${json})` : json;
}

/**
 * A line of names (of the keys of the origin's first row), then each row as PostgreSQL writes records, without the parentheses.
 * The names of a mutation's or a call's own rows stand above what is read from them, as PostgREST has it.
 */
function csv(origin: SqlFragment): SqlFragment {
  return sql`(select coalesce(pg_catalog.string_agg(key, ','), '') from (select pg_catalog.json_object_keys(first) as key from (select pg_catalog.row_to_json(_) as first from ${origin} _ limit 1) _) _) || ${literal('\n')} || coalesce(pg_catalog.string_agg(substring(${page}::text, 2, length(${page}::text) - 2), ${literal('\n')}), '')`;
}
