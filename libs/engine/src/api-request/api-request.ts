/** One request, parsed: an EngineRequest and the configuration in, an ApiRequest out. Knows no tables. */
import type { ApiConfig } from '../api-config.js';
import type { EngineRequest } from '../engine-request.js';
import { engineError } from '../error/engine-error.js';
import { parseAccept, parseMediaType, type MediaType } from '../media-type.js';
import { intersectRanges, parseRangeHeader, allRows, type Range } from '../range.js';
import { chooseAction, type Action } from './action.js';
import type { Pairs } from './cookies.js';
import { parsePayload, type ParsedPayload, type Payload } from './payload.js';
import { parsePreferences, type Preferences } from './preferences.js';
import { parseQueryParams, type QueryParams } from './query-params/query-params.js';
import { parseResource } from './resource.js';
import { chooseSchema } from './schema-profile.js';

export interface ApiRequest {
  readonly method: string;
  /** Raw path, as `request.path` shows it to SQL. */
  readonly path: string;
  /** Raw query string. */
  readonly query: string;
  readonly action: Action;
  /** The schema this request is about: by profile header, else the first exposed one. */
  readonly schema: string;
  /** true when a profile header chose the schema, or there are several: Content-Profile is then sent back. */
  readonly showsProfile: boolean;
  readonly queryParams: QueryParams;
  /** limit, offset and (on GET) the Range header together. */
  readonly topLevelRange: Range;
  readonly preferences: Preferences;
  /** undefined where the method takes no body. */
  readonly payload: Payload | undefined;
  /** Keys to write: of `columns=`, else of the payload; sorted, without duplicates. */
  readonly columns: readonly string[];
  /** In the order of preference; never empty. */
  readonly accept: readonly MediaType[];
  readonly contentType: MediaType;
  /** Names in lower case, in the order of arrival. */
  readonly headers: Pairs;
}

/**
 * Reads everything that can be read without the database.
 *
 * @param scanned its payload, where that has been read already: bodies are long
 * @throws PGRST100 the query string, PGRST101 and PGRST117 the method, PGRST102 the body, PGRST103 the range,
 * PGRST106 the schema, PGRST114 a page of a PUT, PGRST125 and PGRST126 the path, PERCH100 the encoding
 */
export function parseApiRequest(request: EngineRequest, config: ApiConfig, scanned?: ParsedPayload): ApiRequest {
  const { method, path, query, body } = request;
  const header = (name: string) => request.headers.find((pair) => pair[0] === name)?.[1];
  const all = (name: string) => request.headers.filter((pair) => pair[0] === name).map((pair) => pair[1]);

  const resource = parseResource(path, config);
  const { schema, showsProfile } = chooseSchema(method, header, config.schemas);
  const action = chooseAction(resource, method, schema);
  const queryParams = parseQueryParams(query, action.kind === 'call' && action.invocation === 'read');
  const topLevelRange = chooseRange(queryParams.topLevelRange, method === 'GET' ? header('range') : undefined);
  if (method === 'PUT' && (topLevelRange.limit !== undefined || topLevelRange.offset !== 0n)) {
    throw engineError('PGRST114');
  }
  const contentType = parseMediaType(header('content-type') ?? 'application/json');
  const { payload, columns } = scanned ?? parsePayload({ body, contentType, action, columns: queryParams.columns });
  return {
    method,
    path,
    query,
    action,
    schema,
    showsProfile,
    queryParams,
    topLevelRange,
    preferences: parsePreferences(all('prefer'), config.txEnd.endsWith('-allow-override')),
    payload,
    columns,
    accept: parseAccept(header('accept')),
    contentType,
    headers: request.headers,
  };
}

/**
 * `limit=0` asks for no rows, as does whatever else ends just before the first one; any other empty range is an error.
 *
 * @throws PGRST103
 */
function chooseRange(byParams: Range, header: string | undefined): Range {
  const byHeader = header === undefined ? allRows : (parseRangeHeader(header) ?? allRows);
  if (byParams.limit !== undefined && byParams.offset + byParams.limit === 0n) return noRows;
  const range = intersectRanges(byParams, byHeader);
  if (range.limit === undefined || range.limit > 0n) return range;
  const headerIsEmpty = byHeader.limit !== undefined && byHeader.limit <= 0n;
  throw engineError('PGRST103', { reason: headerIsEmpty ? 'lower-above-upper' : 'negative-limit' });
}

const noRows: Range = { offset: 0n, limit: 0n };
