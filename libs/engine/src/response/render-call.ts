/** Writes a function's result as an answer: figures and body in, status, headers and body out. */
import type { ApiConfig } from '../api-config.js';
import type { ApiRequest } from '../api-request/api-request.js';
import type { RowsResult } from '../execute/result-set.js';
import type { CallAction } from '../plan/action-plan.js';
import { preferenceApplied } from './content-headers.js';
import type { EngineResponse } from './engine-response.js';
import { legacyWarning, renderPage } from './render-read.js';

export function renderCall(
  result: RowsResult,
  plan: CallAction,
  request: ApiRequest,
  config: ApiConfig,
): EngineResponse {
  const response = renderPage(result, request, config, {
    content: plan.content,
    headers: legacyWarning(plan),
    preferences: preferenceApplied(request.preferences, { maxAffected: true }),
    headersOnly: plan.verb === 'head',
  });
  return plan.call.routine.returns.kind === 'void' ? withoutContent(response) : response;
}

/** A function that returns nothing has no content to describe. */
function withoutContent(response: EngineResponse): EngineResponse {
  return {
    ...response,
    status: 204,
    headers: response.headers.filter(([name]) => name !== 'Content-Type' && name !== 'Content-Profile'),
    body: undefined,
  };
}
