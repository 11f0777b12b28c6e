/** Writes what was read as an answer: the page's figures and its body in, status, headers and body out. */
import type { ApiConfig } from '../api-config.js';
import type { ApiRequest } from '../api-request/api-request.js';
import { canonicalQuery } from '../api-request/query-params/decode-query.js';
import { errorBody } from '../error/error-body.js';
import { engineError } from '../error/engine-error.js';
import type { PlanResult, RowsResult } from '../execute/result-set.js';
import { mediaTypeText } from '../media-type.js';
import type { CallAction, ReadAction } from '../plan/action-plan.js';
import type { NegotiatedContent } from '../plan/negotiate-content.js';
import {
  contentLength,
  contentLocation,
  contentProfile,
  contentRange,
  pageStatus,
  preferenceApplied,
  vary,
  type Header,
} from './content-headers.js';
import type { EngineResponse } from './engine-response.js';

export function renderRead(
  result: RowsResult,
  plan: ReadAction,
  request: ApiRequest,
  config: ApiConfig,
): EngineResponse {
  return renderPage(result, request, config, {
    content: plan.content,
    headers: [...contentLocation(plan.read.relation.name, canonicalQuery(request.query)), ...legacyWarning(plan)],
    preferences: preferenceApplied(request.preferences, {}),
    headersOnly: plan.headersOnly,
  });
}

interface PageParts {
  readonly content: NegotiatedContent;
  readonly headers: readonly Header[];
  readonly preferences: readonly Header[];
  readonly headersOnly: boolean;
}

/** A page of rows, of a table or of a function. */
export function renderPage(
  result: RowsResult,
  request: ApiRequest,
  config: ApiConfig,
  parts: PageParts,
): EngineResponse {
  const page = { offset: request.topLevelRange.offset, rows: result.pageTotal, total: result.tableTotal };
  const status = pageStatus(page);
  const beyond = status === 416 ? beyondEnd(page.offset, result.tableTotal ?? 0n, config) : undefined;
  return {
    status,
    headers: [
      contentRange(page),
      ...parts.headers,
      ['Content-Type', mediaTypeText(parts.content.mediaType)],
      ...contentProfile(request),
      ...parts.preferences,
      vary,
    ],
    body: parts.headersOnly ? undefined : (beyond ?? result.body),
  };
}

/** The body alone is an error's: the headers are the page's own, its media type too, as in PostgREST. */
function beyondEnd(offset: bigint, total: bigint, config: ApiConfig): string {
  return errorBody(engineError('PGRST103', { reason: 'beyond-end', offset, total }), config.errorVerbosity);
}

/** The lines of EXPLAIN. */
export function renderPlan(
  result: PlanResult,
  request: ApiRequest,
  content: NegotiatedContent,
  headersOnly: boolean,
): EngineResponse {
  return {
    status: 200,
    headers: [
      ...(headersOnly ? [contentLength(result.body)] : []),
      ['Content-Type', mediaTypeText(content.mediaType)],
      ...contentProfile(request),
      vary,
    ],
    body: headersOnly ? undefined : result.body,
  };
}

/** @see https://www.rfc-editor.org/rfc/rfc7234#section-5.5 warn-code 299 */
export function legacyWarning(plan: Pick<ReadAction | CallAction, 'read'>): readonly Header[] {
  const { legacyNames } = plan.read;
  if (legacyNames.length === 0) return [];
  const changes = legacyNames.map(({ name, alias }) => `\`${name}\` to \`${alias}\``).join(', ');
  return [
    [
      'Warning',
      `299 Perch "Embedded resource was referenced by relation name even though it has an alias. This is deprecated and will stop working in a future release. Update ${changes} in query string filters, orders or limits."`,
    ],
  ];
}
