/**
 * Every error the engine and its callers answer on their own account: one row per code with status, message, details, hint
 * and the sentence of docs/errors.md. Codes, texts and statuses are PostgREST's; what it lacks has the prefix PERCH.
 *
 * @see https://docs.postgrest.org/en/v16/references/errors.html
 */
import type { ErrorDetails, ErrorKind } from './error-kind.js';

interface ErrorRow<Args> {
  readonly status: number;
  readonly kind: ErrorKind;
  readonly message: (args: Args) => string;
  readonly details?: (args: Args) => ErrorDetails | undefined;
  readonly hint?: (args: Args) => string | undefined;
  readonly headers?: (args: Args) => readonly (readonly [name: string, value: string])[];
  /** What happened and what to do, for docs/errors.md. */
  readonly doc: string;
}

const row = <Args = void>(definition: ErrorRow<Args>): ErrorRow<Args> => definition;

const bearerChallenge = (description: string): readonly (readonly [string, string])[] => [
  ['WWW-Authenticate', `Bearer error="invalid_token", error_description="${description}"`],
];

/** A function as it was searched for. */
interface SearchedFunction {
  readonly schema: string;
  readonly name: string;
  /** Argument names, sorted. */
  readonly parameters: readonly string[];
  /** The single unnamed parameter that would also have done (json) or was the only way (others). */
  readonly unnamed: 'json' | 'text' | 'xml' | 'bytea' | undefined;
}

function searchedParameters({ parameters, unnamed }: SearchedFunction): string {
  if (unnamed !== undefined && unnamed !== 'json') return `with a single unnamed ${unnamed} parameter`;
  const named =
    parameters.length === 0
      ? 'without parameters'
      : `with parameter${parameters.length === 1 ? '' : 's'} ${parameters.join(', ')}`;
  return unnamed === 'json' ? `${named} or with a single unnamed json/jsonb parameter` : named;
}

function searchedSignature({ schema, name, parameters, unnamed }: SearchedFunction): string {
  if (unnamed !== undefined && unnamed !== 'json') return `${schema}.${name}`;
  return parameters.length === 0
    ? `${schema}.${name} without parameters`
    : `${schema}.${name}(${parameters.join(', ')})`;
}

export const catalogue = {
  PGRST000: row<{ readonly details: string | undefined }>({
    status: 503,
    kind: 'postgres',
    message: () => 'Database connection error.',
    details: ({ details }) => details,
    doc: 'The database could not be reached. Try again after the seconds in Retry-After; check the connection URL if it stays.',
  }),
  PGRST001: row<{ readonly details: string | undefined }>({
    status: 503,
    kind: 'postgres',
    message: () => 'Database client error. Retrying the connection.',
    details: ({ details }) => details,
    doc: 'The connection broke while the request was running. Whether a write took place is not known.',
  }),
  PGRST002: row({
    status: 503,
    kind: 'postgres',
    message: () => 'Could not query the database for the schema cache. Retrying.',
    doc: 'The tables and functions of the database could not be read, so no request can be planned yet.',
  }),
  PGRST003: row({
    status: 504,
    kind: 'postgres',
    message: () => 'Timed out acquiring connection from connection pool.',
    doc: 'All connections of this data API were busy for too long. Make slow queries faster or raise `pool_size`.',
  }),
  PGRST100: row<{
    /** What was being read, as `failed to parse filter (x)`. */
    readonly subject: string;
    /** Both counted from 1. */
    readonly line: number;
    readonly column: number;
    readonly details: string;
  }>({
    status: 400,
    kind: 'user',
    message: ({ subject, line, column }) => `"${subject}" (line ${line}, column ${column})`,
    details: ({ details }) => details,
    doc: 'A parameter of the query string could not be parsed. The message says which one and where it stops making sense.',
  }),
  PGRST101: row<{ readonly method: string }>({
    status: 405,
    kind: 'user',
    message: ({ method }) => `Cannot use the ${method} method on RPC`,
    doc: 'Functions are called by GET, HEAD or POST.',
  }),
  PGRST102: row<{ readonly reason: string }>({
    status: 400,
    kind: 'user',
    message: ({ reason }) => reason,
    doc: 'The body is not what its Content-Type says, its objects do not all have the same keys, or the Content-Type is not accepted.',
  }),
  PGRST103: row<
    | { readonly reason: 'negative-limit' }
    | { readonly reason: 'lower-above-upper' }
    | { readonly reason: 'beyond-end'; readonly offset: bigint; readonly total: bigint }
  >({
    status: 416,
    kind: 'user',
    message: () => 'Requested range not satisfiable',
    details: (args) => {
      switch (args.reason) {
        case 'negative-limit':
          return 'Limit should be greater than or equal to zero.';
        case 'lower-above-upper':
          return 'The lower boundary must be lower than or equal to the upper boundary in the Range header.';
        case 'beyond-end':
          return `An offset of ${args.offset} was requested, but there are only ${args.total} rows.`;
      }
    },
    doc: 'The page asked for by limit, offset or the Range header does not exist.',
  }),
  PGRST105: row({
    status: 405,
    kind: 'user',
    message: () => "Filters must include all and only primary key columns with 'eq' operators",
    doc: 'PUT writes exactly one row, named by an `eq` filter on each primary key column and nothing else.',
  }),
  PGRST106: row<{ readonly schema: string; readonly exposed: readonly string[] }>({
    status: 406,
    kind: 'user',
    message: ({ schema }) => `Invalid schema: ${schema}`,
    hint: ({ exposed }) => `Only the following schemas are exposed: ${exposed.join(', ')}`,
    doc: 'Accept-Profile or Content-Profile names a schema that is not in `db_schemas`.',
  }),
  PGRST107: row<{ readonly mediaTypes: readonly string[] }>({
    status: 406,
    kind: 'user',
    message: ({ mediaTypes }) => `None of these media types are available: ${mediaTypes.join(', ')}`,
    doc: 'Nothing in the Accept header can be produced for this resource.',
  }),
  PGRST108: row<{ readonly name: string; readonly details?: string | undefined; readonly hint?: string | undefined }>({
    status: 400,
    kind: 'user',
    message: ({ name }) => `'${name}' is not an embedded resource in this request`,
    details: ({ details }) => details,
    hint: ({ name, hint }) => hint ?? `Verify that '${name}' is included in the 'select' query parameter.`,
    doc: 'A filter, order or limit is for an embedded resource that `select` does not ask for.',
  }),
  PGRST111: row({
    status: 500,
    kind: 'user',
    message: () => 'response.headers guc must be a JSON array composed of objects with a single key and a string value',
    doc: 'SQL set `response.headers` to something else than `[{"Name": "value"}, ...]`.',
  }),
  PGRST112: row({
    status: 500,
    kind: 'user',
    message: () => 'response.status guc must be a valid status code',
    doc: 'SQL set `response.status` to something that is not a number.',
  }),
  PGRST114: row({
    status: 400,
    kind: 'user',
    message: () => 'limit/offset querystring parameters are not allowed for PUT',
    doc: 'PUT writes exactly one row: there is nothing to page through.',
  }),
  PGRST115: row({
    status: 400,
    kind: 'user',
    message: () => 'Payload values do not match URL in primary key column(s)',
    doc: 'The primary key in the body of a PUT is not the one in its URL. Nothing was written.',
  }),
  PGRST116: row<{ readonly count: string }>({
    status: 406,
    kind: 'user',
    message: () => 'Cannot coerce the result to a single JSON object',
    details: ({ count }) => `The result contains ${count} rows`,
    doc: 'A single object was asked for and the result has none or several. Nothing was written.',
  }),
  PGRST117: row<{ readonly method: string }>({
    status: 405,
    kind: 'user',
    message: ({ method }) => `Unsupported HTTP method: ${method}`,
    doc: 'The resource has no meaning for this method.',
  }),
  PGRST118: row<{ readonly origin: string; readonly relation: string }>({
    status: 400,
    kind: 'user',
    message: ({ relation }) => `A related order on '${relation}' is not possible`,
    details: ({ origin, relation }) =>
      `'${origin}' and '${relation}' do not form a many-to-one or one-to-one relationship`,
    doc: 'Rows can be ordered by a column of another table only where each has at most one row there.',
  }),
  PGRST121: row<{ readonly field: 'MESSAGE' | 'DETAIL'; readonly value: string | undefined }>({
    status: 500,
    kind: 'user',
    message: () => 'Could not parse JSON in the "RAISE SQLSTATE \'PGRST\'" error',
    details: ({ field, value }) =>
      value === undefined
        ? `${field} is missing in the RAISE statement`
        : `Invalid JSON value for ${field}: '${value}'`,
    hint: ({ field }) =>
      field === 'MESSAGE'
        ? "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'."
        : "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.",
    doc: 'A function raised SQLSTATE PGRST with a MESSAGE or DETAIL that is not the JSON this protocol needs.',
  }),
  PGRST122: row<{ readonly preferences: readonly string[] }>({
    status: 400,
    kind: 'user',
    message: () => 'Invalid preferences given with handling=strict',
    details: ({ preferences }) => `Invalid preferences: ${preferences.join(', ')}`,
    doc: 'With `handling=strict` every preference must be known and valid.',
  }),
  PGRST123: row({
    status: 400,
    kind: 'user',
    message: () => 'Use of aggregate functions is not allowed',
    doc: '`db_aggregates_enabled` is off for this data API.',
  }),
  PGRST124: row<{ readonly count: string }>({
    status: 400,
    kind: 'user',
    message: () => 'Query result exceeds max-affected preference constraint',
    details: ({ count }) => `The query affects ${count} rows`,
    doc: 'More rows than `max-affected` allows would change. Nothing was written.',
  }),
  PGRST125: row({
    status: 404,
    kind: 'user',
    message: () => 'Invalid path specified in request URL',
    doc: 'Paths are `/`, `/table` and `/rpc/function`.',
  }),
  PGRST126: row({
    status: 404,
    kind: 'user',
    message: () => 'Root endpoint metadata is disabled',
    doc: '`openapi_mode` is `disabled` for this data API.',
  }),
  PGRST127: row<{ readonly feature: string }>({
    status: 400,
    kind: 'user',
    message: () => 'Feature not implemented',
    details: ({ feature }) => feature,
    doc: 'The request is well formed, but means something that the dialect does not offer. The details say what.',
  }),
  PGRST128: row({
    status: 400,
    kind: 'user',
    message: () => 'Function must return SETOF or TABLE when max-affected preference is used with handling=strict',
    doc: 'Rows affected can only be counted for functions that return a set.',
  }),
  PGRST200: row<{
    readonly origin: string;
    readonly target: string;
    readonly schema: string;
    readonly usedHint: string | undefined;
    readonly hint: string | undefined;
  }>({
    status: 400,
    kind: 'user',
    message: ({ origin, target }) =>
      `Could not find a relationship between '${origin}' and '${target}' in the schema cache`,
    details: ({ origin, target, schema, usedHint }) =>
      `Searched for a foreign key relationship between '${origin}' and '${target}'${
        usedHint === undefined ? '' : ` using the hint '${usedHint}'`
      } in the schema '${schema}', but no matches were found.`,
    hint: ({ hint }) => hint,
    doc: 'Nothing connects the two: no foreign key, no junction table, no computed relationship.',
  }),
  PGRST201: row<{
    readonly origin: string;
    readonly target: string;
    readonly candidates: readonly {
      readonly cardinality: string;
      readonly embedding: string;
      readonly relationship: string;
    }[];
    /** What to write instead, as `target!constraint`. */
    readonly choices: readonly string[];
  }>({
    status: 300,
    kind: 'user',
    message: ({ origin, target }) =>
      `Could not embed because more than one relationship was found for '${origin}' and '${target}'`,
    details: ({ candidates }) => candidates.map((candidate) => ({ ...candidate })),
    hint: ({ target, choices }) =>
      `Try changing '${target}' to one of the following: ${choices
        .map((choice) => `'${choice}'`)
        .join(', ')}. Find the desired relationship in the 'details' key.`,
    doc: 'Several relationships connect the two: name one, as in `target!constraint(...)`.',
  }),
  PGRST202: row<SearchedFunction & { readonly hint: string | undefined }>({
    status: 404,
    kind: 'user',
    message: (args) => `Could not find the function ${searchedSignature(args)} in the schema cache`,
    details: (args) =>
      `Searched for the function ${args.schema}.${args.name} ${searchedParameters(
        args,
      )}, but no matches were found in the schema cache.`,
    hint: ({ hint }) => hint,
    doc: 'No function of this name takes these arguments.',
  }),
  PGRST203: row<{
    /** As `schema.name(a => integer, b => text)`. */
    readonly candidates: readonly string[];
  }>({
    status: 300,
    kind: 'user',
    message: ({ candidates }) => `Could not choose the best candidate function between: ${candidates.join(', ')}`,
    hint: () =>
      'Try renaming the parameters or the function itself in the database so function overloading can be resolved',
    doc: 'Several functions of this name take arguments of these names; types do not decide.',
  }),
  PGRST204: row<{ readonly column: string; readonly relation: string }>({
    status: 400,
    kind: 'user',
    message: ({ column, relation }) => `Could not find the '${column}' column of '${relation}' in the schema cache`,
    doc: 'The body, `columns` or `on_conflict` names a column that the table does not have.',
  }),
  PGRST205: row<{ readonly schema: string; readonly relation: string; readonly hint: string | undefined }>({
    status: 404,
    kind: 'user',
    message: ({ schema, relation }) => `Could not find the table '${schema}.${relation}' in the schema cache`,
    hint: ({ hint }) => hint,
    doc: 'The schema has no table or view of this name.',
  }),
  PGRST300: row({
    status: 500,
    kind: 'tenant',
    message: () => 'Server lacks JWT secret',
    doc: 'A token was sent, but this data API has no key to verify it with.',
  }),
  PGRST301: row<{ readonly reason: string; readonly details?: string | undefined }>({
    status: 401,
    kind: 'auth',
    message: ({ reason }) => reason,
    details: ({ details }) => details,
    headers: ({ reason }) => bearerChallenge(reason),
    doc: 'The token is malformed, or no key verifies its signature.',
  }),
  PGRST302: row({
    status: 401,
    kind: 'auth',
    message: () => 'Anonymous access is disabled',
    headers: () => [['WWW-Authenticate', 'Bearer']],
    doc: 'This data API answers only requests with a token.',
  }),
  PGRST303: row<{ readonly reason: string; readonly details?: string | undefined }>({
    status: 401,
    kind: 'auth',
    message: ({ reason }) => reason,
    details: ({ details }) => details,
    headers: ({ reason }) => bearerChallenge(reason),
    doc: 'The signature is good, but the claims are not: expired, not yet valid, for another audience, of a wrong type.',
  }),
  PGRSTX00: row({
    status: 500,
    kind: 'internal',
    message: () => 'Internal server error',
    doc: 'A mistake of ours. The log has it under the request id.',
  }),
  PERCH100: row<{
    /** Which part of the request. */
    readonly part: 'query string' | 'header' | 'cookie';
  }>({
    status: 400,
    kind: 'user',
    message: ({ part }) => `The ${part} is not valid UTF-8`,
    doc: 'Every part of a request is UTF-8, percent-encoded bytes too.',
  }),
  PERCH200: row<{ readonly most: number }>({
    status: 400,
    kind: 'user',
    message: ({ most }) => `More than ${most} embedded resources in one request`,
    doc: 'PostgreSQL needs minutes and gigabytes to plan hundreds of joins. Ask for less at a time, or for a view.',
  }),
  PERCH201: row({
    status: 400,
    kind: 'user',
    message: () => 'The response is too large',
    hint: () => 'Ask for fewer rows or columns, by limit, Range and select',
    doc: 'The body would be larger than `max_response_bytes` of this data API. Nothing was sent, and nothing that the request wrote is kept.',
  }),
  PERCH202: row<{ readonly most: number }>({
    status: 413,
    kind: 'user',
    message: () => 'The CSV body is too large',
    details: ({ most }) =>
      `At most ${most} characters are accepted, counted with the names of its columns in every row`,
    doc: 'Each row of a CSV body names its columns on the way to PostgreSQL. Send the rows in several requests.',
  }),
  PERCH203: row<{ readonly most: number }>({
    status: 400,
    kind: 'user',
    message: ({ most }) => `More than ${most} to-many embeds within one another`,
    hint: () => 'Read the deeper rows in a request of their own, filtered by the keys of these',
    doc: 'Each to-many embed multiplies the rows of the one around it, in a circle of relationships without end. `max_to_many_depth` of this data API says how many may stand within one another; to-one embeds do not count.',
  }),
} as const;

export type Catalogue = typeof catalogue;
export type ErrorCode = keyof Catalogue;
