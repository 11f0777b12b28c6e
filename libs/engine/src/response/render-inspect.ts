/** Writes the root document as an answer: what a role may use of a schema in, an OpenAPI document out. */
import type { ApiConfig } from '../api-config.js';
import type { ApiRequest } from '../api-request/api-request.js';
import { engineError, InternalError } from '../error/engine-error.js';
import type { InspectResult } from '../execute/result-set.js';
import type { ActionPlan } from '../plan/action-plan.js';
import type { EngineResponse } from './engine-response.js';

export function renderInspect(
  _result: InspectResult,
  plan: ActionPlan,
  _request: ApiRequest,
  _config: ApiConfig,
): EngineResponse {
  if (plan.kind !== 'inspect') throw new InternalError('only a root document is rendered from what may be used');
  throw engineError('PGRST126');
}
