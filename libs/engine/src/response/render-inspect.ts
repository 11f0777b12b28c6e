/** Writes the root document as an answer: what a role may use of a schema in, an OpenAPI document out. */
import type { ApiConfig } from '../api-config.js';
import type { ApiRequest } from '../api-request/api-request.js';
import { InternalError } from '../error/engine-error.js';
import type { InspectResult } from '../execute/result-set.js';
import type { ActionPlan, InspectAction } from '../plan/action-plan.js';
import { contentProfile, vary } from './content-headers.js';
import { headerOf } from './cors.js';
import type { EngineResponse } from './engine-response.js';
import { describeApi } from './openapi/describe-api.js';
import { openApiDocument } from './openapi/openapi-document.js';
import { serverAddress } from './openapi/server-address.js';
import { swaggerDocument } from './openapi/swagger-document.js';

/** Settings that SQL made for the answer (`response.headers`) do not touch it, as in PostgREST. */
export function renderInspect(
  result: InspectResult,
  plan: ActionPlan,
  request: ApiRequest,
  config: ApiConfig,
): EngineResponse {
  if (plan.kind !== 'inspect') throw new InternalError('only a root document is rendered from what may be used');
  return {
    status: 200,
    headers: [['Content-Type', 'application/openapi+json; charset=utf-8'], ...contentProfile(request), vary],
    body: plan.headersOnly ? undefined : document(result, plan, request, config),
  };
}

function document(result: InspectResult, plan: InspectAction, request: ApiRequest, config: ApiConfig): string {
  const follows = config.openApiMode === 'follow-privileges';
  const api = describeApi(plan.schemaCache, {
    schema: plan.schema,
    tables: result.tables,
    routines: result.routines,
    unqualified: follows ? [plan.schema, ...config.extraSearchPath] : [],
  });
  const address = serverAddress({
    proxyUri: config.openApiServerProxyUri,
    host: headerOf(request.headers, 'host'),
    forwardedProto: headerOf(request.headers, 'x-forwarded-proto'),
    pathPrefix: config.publicPathPrefix,
  });
  const options = { address, security: config.openApiSecurityActive };
  return plan.version === '2.0' ? swaggerDocument(api, options) : openApiDocument(api, options);
}
