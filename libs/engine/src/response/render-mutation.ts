/** Writes what a mutation did as an answer: its figures and representation in, status, headers and body out. */
import type { ApiRequest } from '../api-request/api-request.js';
import type { Preferences } from '../api-request/preferences.js';
import { assertNever } from '../error/engine-error.js';
import type { RowsResult } from '../execute/result-set.js';
import { mediaTypeText } from '../media-type.js';
import type { MutateAction } from '../plan/action-plan.js';
import {
  affectedRange,
  contentProfile,
  contentRange,
  preferenceApplied,
  vary,
  type Header,
  type Preferable,
} from './content-headers.js';
import type { EngineResponse } from './engine-response.js';

export function renderMutation(result: RowsResult, plan: MutateAction, request: ApiRequest): EngineResponse {
  const shown = request.preferences.return === 'representation';
  return {
    status: statusOf(result, plan, request.preferences),
    headers: [
      ...location(result, plan),
      ...range(result, plan, request),
      ...(shown ? [['Content-Type', mediaTypeText(plan.content.mediaType)] as const, ...contentProfile(request)] : []),
      ...preferenceApplied(request.preferences, preferable(plan)),
      vary,
    ],
    body: shown ? result.body : plan.verb === 'insert' ? '' : undefined,
  };
}

function statusOf({ inserted, pageTotal }: RowsResult, { verb }: MutateAction, preferences: Preferences): number {
  const shown = preferences.return === 'representation';
  switch (verb) {
    case 'insert':
      // Merged rows only, or none at all: nothing was created.
      return preferences.resolution === 'merge-duplicates' && (inserted ?? pageTotal) === 0n ? 200 : 201;
    case 'put':
      return shown ? (inserted === 0n ? 200 : 201) : 204;
    case 'update':
    case 'delete':
      return shown ? 200 : 204;
    default:
      return assertNever(verb);
  }
}

/** Where the created row is read: relative to the data API, its name as it is and its key percent-encoded. */
function location(result: RowsResult, plan: MutateAction): readonly Header[] {
  if (plan.verb !== 'insert' || result.location.length === 0) return [];
  const conditions = plan.locationKey.map((column, index) => {
    const value = result.location[index] ?? null;
    return `${encode(column)}=${value === null ? 'is.null' : `eq.${encode(value)}`}`;
  });
  return [['Location', `/${plan.table.name}?${conditions.join('&')}`]];
}

/** Everything but unreserved characters (RFC 3986 section 2.3). */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function range(result: RowsResult, { verb }: MutateAction, { preferences }: ApiRequest): readonly Header[] {
  const counted = preferences.count === 'exact' || preferences.count === 'estimated';
  const total = counted ? result.pageTotal : undefined;
  switch (verb) {
    case 'insert':
    case 'delete':
      return [affectedRange(total)];
    case 'update':
      return [contentRange({ offset: 0n, rows: result.pageTotal, total })];
    case 'put':
      return [];
    default:
      return assertNever(verb);
  }
}

function preferable({ verb, mutate }: MutateAction): Preferable {
  switch (verb) {
    case 'insert':
      return {
        resolution: mutate.kind === 'insert' && mutate.conflict !== undefined && mutate.conflict.columns.length > 0,
        missing: true,
        return: true,
      };
    case 'put':
      return { return: true };
    case 'update':
      return { missing: true, return: true, maxAffected: true };
    case 'delete':
      return { return: true, maxAffected: true };
    default:
      return assertNever(verb);
  }
}
