/**
 * The closed tables of operators and aggregates: what the URL calls them and what SQL does.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/tables_views.html#operators
 */

/** Operators that take one value and no quantifier. */
export const simpleOperators = {
  neq: '<>',
  cs: '@>',
  cd: '<@',
  ov: '&&',
  sl: '<<',
  sr: '>>',
  nxr: '&<',
  nxl: '&>',
  adj: '-|-',
} as const;

/** Operators that may be followed by `(any)` or `(all)`. */
export const quantifiableOperators = {
  eq: '=',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  like: 'LIKE',
  ilike: 'ILIKE',
  match: '~',
  imatch: '~*',
} as const;

/** Full-text search: each is a function that makes a tsquery, compared with `@@`; may be followed by `(language)`. */
export const ftsOperators = {
  fts: 'to_tsquery',
  plfts: 'plainto_tsquery',
  phfts: 'phraseto_tsquery',
  wfts: 'websearch_to_tsquery',
} as const;

export const aggregateFunctions = ['sum', 'avg', 'count', 'max', 'min'] as const;

export type SimpleOperator = keyof typeof simpleOperators;
export type QuantifiableOperator = keyof typeof quantifiableOperators;
export type FtsOperator = keyof typeof ftsOperators;
export type AggregateFunction = (typeof aggregateFunctions)[number];
