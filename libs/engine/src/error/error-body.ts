/** Writes the body and the headers that every error answer has. */
import type { EngineError } from './engine-error.js';

export const errorContentType = 'application/json; charset=utf-8';

/**
 * The JSON body of an error.
 *
 * @param verbosity `minimal` leaves out details and hint, which may tell of the schema.
 * @see https://docs.postgrest.org/en/v16/references/configuration.html#client-error-verbosity
 */
export function errorBody(error: EngineError, verbosity: 'verbose' | 'minimal'): string {
  const { code, message } = error;
  return JSON.stringify(
    verbosity === 'minimal'
      ? { code, message }
      : { code, details: error.details ?? null, hint: error.hint ?? null, message },
  );
}

/**
 * The error's own headers and those of every error: Content-Type, Proxy-Status, and Retry-After (seconds) on each 503.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9209 Proxy-Status
 */
export function errorHeaders(error: EngineError): readonly (readonly [string, string])[] {
  const own = error.headers;
  const saysRetry = own.some(([name]) => name.toLowerCase() === 'retry-after');
  return [
    ...(error.status === 503 && !saysRetry ? [retryAfter()] : []),
    ['Content-Type', errorContentType],
    ['Proxy-Status', `PostgREST; error=${proxyStatusToken(error.code)}`],
    ...own,
  ];
}

/** Seconds, where nobody knows better: 0 would ask for a retry that meets the same fault. */
const retryAfterSeconds = 1;

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
export function retryAfter(): readonly [string, string] {
  return ['Retry-After', String(retryAfterSeconds)];
}

/** A SQLSTATE that a function chose may be any text once it comes by the PGRST protocol; a header takes only a token. */
function proxyStatusToken(code: string): string {
  return code.replace(/[^!#$%&'*+\-.^_`|~0-9A-Za-z]/g, '_');
}
