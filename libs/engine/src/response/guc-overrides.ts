/**
 * What the request's own SQL says about the answer: the settings `response.status` and `response.headers` in, the answer
 * with them applied out.
 *
 * @see https://docs.postgrest.org/en/v16/references/transactions.html#response-headers
 */
import { engineError } from '../error/engine-error.js';
import type { EngineResponse } from './engine-response.js';

/**
 * A header that SQL sets replaces ours of the same name; it may repeat its own.
 *
 * @throws PGRST111 when the headers are no array of objects with one string each
 * @throws PGRST112 when the status does not start with digits, or is none that can end a response
 */
export function applyGucs(
  response: EngineResponse,
  gucs: { readonly gucHeaders: string | undefined; readonly gucStatus: string | undefined },
): EngineResponse {
  // In the order in which their mistakes are told.
  const status = gucs.gucStatus === undefined ? response.status : parseStatus(gucs.gucStatus);
  const headers = gucs.gucHeaders === undefined ? [] : parseHeaders(gucs.gucHeaders);
  if (headers.length === 0 && status === response.status) return response;
  const replaced = new Set(headers.map(([name]) => name.toLowerCase()));
  return {
    ...response,
    status,
    headers: [...response.headers.filter(([name]) => !replaced.has(name.toLowerCase())), ...headers],
  };
}

type Header = readonly [name: string, value: string];

/**
 * Belong to the connection and its messages, which are the HTTP edge's: it writes them from the body it sends. A `Trailer`
 * without chunks would end the connection without an answer.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
 */
const framing: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function parseHeaders(text: string): readonly Header[] {
  const items = parseJson(text);
  if (!Array.isArray(items)) throw engineError('PGRST111');
  return items.map(parseHeader).filter(([name]) => !framing.has(name.toLowerCase()));
}

function parseHeader(item: unknown): Header {
  const entries = typeof item === 'object' && item !== null && !Array.isArray(item) ? Object.entries(item) : [];
  const [first] = entries;
  if (first === undefined || entries.length !== 1) throw engineError('PGRST111');
  const [name, value]: [string, unknown] = first;
  if (typeof value !== 'string' || !isToken(name) || !isFieldValue(value)) throw engineError('PGRST111');
  return [name, value.trim()];
}

/** Anything else would break the response apart (RFC 9110 section 5). */
function isToken(name: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name);
}

function isFieldValue(value: string): boolean {
  return !/[\x00-\x08\x0a-\x1f\x7f]/.test(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw engineError('PGRST111', undefined, cause);
  }
}

/** Digits at the start count, whatever follows them. 1xx is no answer, and more than three digits are no status. */
function parseStatus(text: string): number {
  const status = Number(/^\d+/.exec(text)?.[0]);
  if (Number.isInteger(status) && status >= 200 && status <= 999) return status;
  throw engineError('PGRST112');
}
