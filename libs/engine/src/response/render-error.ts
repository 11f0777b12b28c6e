/** Writes an error as an answer: an EngineError in, status, headers and body out. */
import { errorBody, errorHeaders } from '../error/error-body.js';
import { EngineError, engineError } from '../error/engine-error.js';
import { contentLength } from './content-headers.js';
import type { EngineResponse } from './engine-response.js';

/**
 * @param error anything that was thrown; what is no EngineError is a mistake of ours, whose text nobody is shown.
 */
export function renderError(
  error: unknown,
  config: { readonly errorVerbosity: 'verbose' | 'minimal' } = { errorVerbosity: 'verbose' },
): EngineResponse {
  const known = error instanceof EngineError ? error : engineError('PGRSTX00', undefined, error);
  const body = errorBody(known, config.errorVerbosity);
  // The length also where the body is not sent: to HEAD, and under a status without one.
  const headers = [contentLength(body), ...errorHeaders(known)];
  return { status: known.status, statusText: known.statusText, headers, body: known.status === 204 ? undefined : body };
}
