/**
 * Writes the answer to a request: what its statements answered in, status, headers and body out; and the headers that every
 * answer of a data API carries, errors and preflights too.
 */
import type { ApiConfig } from '../api-config.js';
import type { ApiRequest } from '../api-request/api-request.js';
import { assertNever, InternalError } from '../error/engine-error.js';
import { retryAfter } from '../error/error-body.js';
import type { ResultSet } from '../execute/result-set.js';
import type { ActionPlan } from '../plan/action-plan.js';
import { contentLength } from './content-headers.js';
import { corsHeaders, headerOf, varyByOrigin, type Headers } from './cors.js';
import type { EngineResponse } from './engine-response.js';
import { applyGucs } from './guc-overrides.js';
import { renderCall } from './render-call.js';
import { renderInspect } from './render-inspect.js';
import { renderMutation } from './render-mutation.js';
import { renderPlan, renderRead } from './render-read.js';
import { serverTiming, type Timings } from './server-timing.js';

/**
 * @throws PGRST111, PGRST112 when SQL set `response.headers` or `response.status` to what cannot be sent; by then the
 * transaction has been kept
 */
export function renderResponse(
  result: ResultSet,
  plan: Exclude<ActionPlan, { kind: 'info' }>,
  request: ApiRequest,
  config: ApiConfig,
): EngineResponse {
  if (result.kind === 'inspect') return renderInspect(result, plan, request, config);
  if (plan.kind === 'inspect') throw new InternalError('a document needs to know what may be used');
  if (result.kind === 'plan') return renderPlan(result, request, plan.content, headersOnly(plan));
  return complete(applyGucs(renderRows(result, plan, request, config), result));
}

type RowsPlan = Extract<ActionPlan, { kind: 'read' | 'mutate' | 'call' }>;

function renderRows(
  result: Extract<ResultSet, { kind: 'rows' }>,
  plan: RowsPlan,
  request: ApiRequest,
  config: ApiConfig,
): EngineResponse {
  switch (plan.kind) {
    case 'read':
      return renderRead(result, plan, request, config);
    case 'mutate':
      return renderMutation(result, plan, request);
    case 'call':
      return renderCall(result, plan, request, config);
    default:
      return assertNever(plan);
  }
}

function headersOnly(plan: RowsPlan): boolean {
  return plan.kind === 'read' ? plan.headersOnly : plan.kind === 'call' && plan.verb === 'head';
}

/** A status that SQL chose brings what belongs to it: only the length of a body for 204, a Retry-After for 503. */
function complete(response: EngineResponse): EngineResponse {
  const { body } = response;
  if (response.status === 204 && body !== undefined) {
    return { ...response, headers: [...response.headers, contentLength(body)], body: undefined };
  }
  if (response.status !== 503 || response.headers.some(([name]) => name.toLowerCase() === 'retry-after'))
    return response;
  return { ...response, headers: [retryAfter(), ...response.headers] };
}

/** What the HTTP edge adds to every answer of a data API, whoever made it: origins, the trace header, timings. */
export function withServerHeaders(
  response: EngineResponse,
  request: { readonly method: string; readonly headers: Headers },
  config: Pick<ApiConfig, 'corsAllowedOrigins' | 'traceHeader' | 'serverTimingEnabled'>,
  timings: Timings | undefined,
): EngineResponse {
  const { traceHeader } = config;
  const added: Headers = [
    ...(traceHeader === undefined
      ? []
      : [[traceHeader, headerOf(request.headers, traceHeader.toLowerCase()) ?? ''] as const]),
    ...corsHeaders(request, config),
    ...(config.serverTimingEnabled && timings !== undefined ? [['Server-Timing', serverTiming(timings)] as const] : []),
  ];
  const headers = varyByOrigin(response.headers, config);
  if (added.length === 0) return headers === response.headers ? response : { ...response, headers };
  const own = new Set(headers.map(([name]) => name.toLowerCase()));
  return { ...response, headers: [...headers, ...added.filter(([name]) => !own.has(name.toLowerCase()))] };
}
