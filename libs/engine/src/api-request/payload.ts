/**
 * The request's body by its Content-Type: raw bytes in, a payload that the plan can use out.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/tables_views.html#insert
 */
import { isUtf8 } from 'node:buffer';
import { assertNever, engineError } from '../error/engine-error.js';
import { mediaTypeName, type MediaType } from '../media-type.js';
import { atOnce, type Slices } from '../slices.js';
import type { Action } from './action.js';
import { csvAsJson } from './csv-as-json.js';
import { bytesOf } from './query-params/decode-query.js';
import { JsonScan } from './scan-json.js';

export type Payload =
  /** Scanned once to learn its keys; what goes to PostgreSQL is the client's own text. */
  | {
      readonly kind: 'json';
      readonly json: string;
      readonly shape: 'object' | 'array';
      /** Keys of the object, or of every object of the array; sorted, without duplicates. */
      readonly keys: readonly string[];
    }
  /** `columns=` names the keys, so nobody looked inside. Bytes only when they are not UTF-8: PostgreSQL refuses them (22021). */
  | { readonly kind: 'unparsed-json'; readonly json: string | Buffer }
  /** A form sent to a function: each pair is an argument. */
  | { readonly kind: 'form'; readonly pairs: readonly (readonly [name: string, value: string])[] }
  /** Bytes for a function's single unnamed parameter (text, xml, bytea). */
  | { readonly kind: 'raw'; readonly body: Buffer };

export interface PayloadInput {
  readonly body: Buffer;
  readonly contentType: MediaType;
  readonly action: Action;
  /** Of the query string. */
  readonly columns: readonly string[] | undefined;
}

export interface ParsedPayload {
  readonly payload: Payload | undefined;
  /** Keys to write: of `columns=`, else of the payload; sorted, without duplicates. */
  readonly columns: readonly string[];
}

export const noPayload: ParsedPayload = { payload: undefined, columns: [] };

/** For a short body. @throws what `payloadSlices` throws */
export function parsePayload(input: PayloadInput): ParsedPayload {
  return takesPayload(input.action) ? atOnce(payloadSlices(input)) : noPayload;
}

/**
 * @throws PGRST102 the body is not what its Content-Type says, or that type is not accepted here
 * @throws PERCH202 the rows of a CSV body are too large as JSON
 */
export function* payloadSlices({ body, contentType, action, columns }: PayloadInput): Slices<ParsedPayload> {
  if (!takesPayload(action)) return noPayload;
  const isCall = action.kind === 'call';
  const named = action.kind === 'mutate' && action.mutation === 'single-upsert' ? undefined : columns;
  switch (contentType.kind) {
    case 'json':
      if (named !== undefined) return { payload: unparsedJson(body), columns: sorted(named) };
      return withKeys(isCall && body.length === 0 ? emptyArguments : yield* parseJson(body));
    case 'csv':
      return withKeys(yield* parseCsv(decodeUtf8(body) ?? refuse('The body is not valid UTF-8')));
    case 'form':
      if (isCall) return { payload: { kind: 'form', pairs: yield* parseForm(body) }, columns: [] };
      return withKeys(yield* formAsJson(yield* parseForm(body)));
    case 'plain':
    case 'xml':
    case 'octet-stream':
      if (isCall) return { payload: { kind: 'raw', body }, columns: [] };
  }
  return refuse(`Content-Type not acceptable: ${mediaTypeName(contentType)}`);
}

function takesPayload(action: Action): boolean {
  if (action.kind === 'call') return action.invocation === 'post';
  return action.kind === 'mutate' && action.mutation !== 'delete';
}

type JsonPayload = Extract<Payload, { kind: 'json' }>;

/** Far above the columns of a table and the parameters of a function; millions keep everybody else waiting for seconds. */
const mostFormPairs = 20_000;

/** Characters of JSON that are scanned in one go: some 5 ms of the shortest values. */
const sliceLength = 128 * 1024;

/** No body calls a function without arguments. */
const emptyArguments: JsonPayload = { kind: 'json', json: '', shape: 'object', keys: [] };

function withKeys(payload: JsonPayload): ParsedPayload {
  return { payload, columns: payload.keys };
}

function refuse(reason: string): never {
  throw engineError('PGRST102', { reason });
}

function unparsedJson(body: Buffer): Payload {
  return { kind: 'unparsed-json', json: decodeUtf8(body) ?? body };
}

/** A value that is neither object nor array counts as no rows. */
function* parseJson(body: Buffer): Slices<JsonPayload> {
  const json = decodeUtf8(body) ?? refuse('Empty or invalid json');
  const scan = new JsonScan(json);
  while (!scan.goOn(sliceLength)) yield;
  const outline = scan.outline() ?? refuse('Empty or invalid json');
  switch (outline.kind) {
    case 'object':
      return { kind: 'json', json, shape: 'object', keys: sorted(outline.keys) };
    case 'array':
      return { kind: 'json', json, shape: 'array', keys: sorted(outline.keys ?? refuse('All object keys must match')) };
    case 'scalar':
      return { kind: 'json', json: '[]', shape: 'array', keys: [] };
    default:
      return assertNever(outline);
  }
}

function* parseCsv(text: string): Slices<JsonPayload> {
  const { names, json } = yield* csvAsJson(text);
  return { kind: 'json', json, shape: 'array', keys: sorted(names) };
}

/** Of a repeated name the last value counts. */
function* formAsJson(pairs: readonly (readonly [string, string])[]): Slices<JsonPayload> {
  const values = new Map(pairs);
  const members: string[] = [];
  for (const [name, value] of values) {
    members.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
    if (name.length + value.length > sliceLength) yield;
  }
  return { kind: 'json', json: `{${members.join(',')}}`, shape: 'object', keys: sorted([...values.keys()]) };
}

/**
 * As PostgREST reads query strings: a question mark at the start is none of it, and nothing between two separators is a pair
 * without a name.
 *
 * @see https://url.spec.whatwg.org/#urlencoded-parsing
 */
function* parseForm(body: Buffer): Slices<readonly (readonly [name: string, value: string])[]> {
  const items = body
    .toString('latin1')
    .replace(/^\?/, '')
    .split(/[&;]/, mostFormPairs + 2);
  if (items.at(-1) === '') items.pop();
  if (items.length > mostFormPairs) refuse(`A form has at most ${mostFormPairs} fields`);
  const pairs: (readonly [string, string])[] = [];
  for (const item of items) {
    const equals = item.indexOf('=');
    const [name, value] = equals < 0 ? [item, ''] : [item.slice(0, equals), item.slice(equals + 1)];
    pairs.push([decodeFormText(name), decodeFormText(value)]);
    if (item.length > sliceLength) yield;
  }
  return pairs;
}

function decodeFormText(encoded: string): string {
  if (/^[\x21-\x24\x26-\x2a\x2c-\x7e]*$/.test(encoded)) return encoded;
  return decodeUtf8(bytesOf(encoded)) ?? refuse('The body is not valid UTF-8');
}

function decodeUtf8(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
}
