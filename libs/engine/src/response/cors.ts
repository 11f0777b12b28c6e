/**
 * Cross-origin headers: what a browser on another origin may do. Headers of a request and the configured origins in,
 * headers of the answer (or a whole preflight answer) out.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
import type { ApiConfig } from '../api-config.js';
import type { EngineResponse } from './engine-response.js';

export type Headers = readonly (readonly [name: string, value: string])[];

const allowedMethods = 'GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD';
const simpleHeaders = ['Accept', 'Accept-Language', 'Content-Language'];
const exposedHeaders =
  'Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, Transfer-Encoding, Range-Unit';
/** One day. */
const preflightMaxAgeSeconds = 24 * 60 * 60;

/**
 * The answer to a preflight; undefined for every other request. A preflight names an allowed origin and a method that the
 * dialect has; what is no preflight is answered as an ordinary OPTIONS request.
 */
export function preflightResponse(
  request: { readonly method: string; readonly headers: Headers },
  config: Pick<ApiConfig, 'corsAllowedOrigins'>,
): EngineResponse | undefined {
  if (request.method !== 'OPTIONS') return undefined;
  const origin = originHeaders(headerOf(request.headers, 'origin'), config);
  const method = headerOf(request.headers, 'access-control-request-method');
  if (origin === undefined || method === undefined || !allowedMethods.split(', ').includes(method)) return undefined;
  const asked = headerOf(request.headers, 'access-control-request-headers');
  return {
    status: 200,
    headers: [
      ...origin,
      ['Access-Control-Allow-Methods', allowedMethods],
      ...(asked === undefined ? [] : [['Access-Control-Allow-Headers', allowedHeaders(asked)] as const]),
      ['Access-Control-Max-Age', String(preflightMaxAgeSeconds)],
    ],
    body: undefined,
  };
}

/** Headers that let the origin of an ordinary request read its answer; none when it may not, or when none was named. */
export function corsHeaders(
  request: { readonly method: string; readonly headers: Headers },
  config: Pick<ApiConfig, 'corsAllowedOrigins'>,
): Headers {
  const origin = originHeaders(headerOf(request.headers, 'origin'), config);
  if (origin === undefined || request.method === 'OPTIONS') return [];
  return [...origin, ['Access-Control-Expose-Headers', exposedHeaders]];
}

/**
 * An answer that says how long it may be kept, made to say that it depends on the origin where a list is configured: else a
 * shared cache gives one origin's permission to the next, which is then locked out. Without such a word of SQL's own no
 * cache keeps it for long, and `Vary` stays as recorded.
 *
 * @see https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
 */
export function varyByOrigin(headers: Headers, config: Pick<ApiConfig, 'corsAllowedOrigins'>): Headers {
  if (config.corsAllowedOrigins === undefined) return headers;
  if (!headers.some(([name]) => ['cache-control', 'expires'].includes(name.toLowerCase()))) return headers;
  const others = headers.filter(([name]) => name.toLowerCase() !== 'vary');
  const named = headers.filter(([name]) => name.toLowerCase() === 'vary').map(([, value]) => value);
  const depends = named.join(', ');
  if (/(?:^|,)\s*(?:\*|origin)\s*(?:,|$)/i.test(depends)) return headers;
  return [...others, ['Vary', depends === '' ? 'Origin' : `${depends}, Origin`]];
}

/**
 * What OPTIONS says of origins: everybody may, since it tells nothing that depends on who asks; but an origin that is not
 * on a configured list gets no permission (decision 14).
 */
export function optionsOriginHeaders(headers: Headers, config: Pick<ApiConfig, 'corsAllowedOrigins'>): Headers {
  const origin = headerOf(headers, 'origin');
  if (origin !== undefined && originHeaders(origin, config) === undefined) return [];
  return [['Access-Control-Allow-Origin', '*']];
}

function originHeaders(origin: string | undefined, config: Pick<ApiConfig, 'corsAllowedOrigins'>): Headers | undefined {
  if (origin === undefined) return undefined;
  if (config.corsAllowedOrigins === undefined) return [['Access-Control-Allow-Origin', '*']];
  if (!config.corsAllowedOrigins.includes(origin)) return undefined;
  return [
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Allow-Credentials', 'true'],
  ];
}

function allowedHeaders(asked: string): string {
  const names = asked
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return ['Authorization', ...names, ...simpleHeaders].join(', ');
}

export function headerOf(headers: Headers, name: string): string | undefined {
  return headers.find(([candidate]) => candidate === name)?.[1];
}
