/**
 * Errors of the HTTP edge, which PostgREST has no codes for: 0xx where the tenant is found, 1xx where the request is
 * read. One row per code with status, message and the sentence of docs/errors.md.
 */
import { EngineError, type ErrorKind } from '@perch/engine';

interface EdgeErrorRow {
  readonly status: number;
  readonly kind: ErrorKind;
  readonly message: string;
  /** Seconds. */
  readonly retryAfter?: number;
  /** What happened and what to do. */
  readonly doc: string;
}

export const edgeCatalogue = {
  PERCH001: {
    status: 404,
    kind: 'tenant',
    message: 'No data API answers at this address',
    doc: 'Host and path name no data API. Compare the URL with the one the management API shows.',
  },
  PERCH002: {
    status: 503,
    kind: 'control-plane',
    message: 'The configuration of this data API cannot be loaded at the moment',
    retryAfter: 2,
    doc: 'This process has never served this data API and cannot ask the control plane. Data APIs served before go on.',
  },
  PERCH003: {
    status: 503,
    kind: 'tenant',
    message: 'This data API is being provisioned',
    retryAfter: 1,
    doc: 'Enabling takes a few seconds. The operation in the management API shows how far it is.',
  },
  PERCH004: {
    status: 503,
    kind: 'tenant',
    message: 'Provisioning this data API failed',
    retryAfter: 30,
    doc: 'The operation in the management API says which step failed and why; enabling again retries it.',
  },
  PERCH005: {
    status: 429,
    kind: 'rate-limit',
    message: 'Too many requests for this data API',
    doc: 'The `rate_limit` of this data API is used up. Try again after the seconds in Retry-After.',
  },
  PERCH006: {
    status: 429,
    kind: 'rate-limit',
    message: 'Too many requests for this data API at the same time',
    retryAfter: 1,
    doc: 'So many requests as `max_concurrent_requests` allows are being worked on. Wait for some to end.',
  },
  PERCH007: {
    status: 429,
    kind: 'rate-limit',
    message: 'Requests of this data API hold too much memory at the same time',
    retryAfter: 1,
    doc: 'Bodies that are on their way or being worked on and answers that are not read take as much of this process as one data API may have. Send large bodies one after the other, and read the answers.',
  },
  PERCH101: {
    status: 414,
    kind: 'user',
    message: 'The URL is too long',
    doc: 'Path and query string together may have 64 KiB. Move a long list into the body of an RPC.',
  },
  PERCH102: {
    status: 431,
    kind: 'user',
    message: 'The request header is too large',
    doc: 'Request line and header fields together may have 128 KiB.',
  },
  PERCH103: {
    status: 413,
    kind: 'user',
    message: 'The request body is too large',
    doc: 'The body is larger than `max_body_bytes` of this data API.',
  },
  PERCH104: {
    status: 408,
    kind: 'user',
    message: 'The request did not arrive in time',
    doc: 'Header and body must be sent completely within a minute.',
  },
  PERCH105: {
    status: 400,
    kind: 'user',
    message: 'The request is not valid HTTP',
    doc: 'The request line, a header field or the framing of the body could not be parsed.',
  },
  PERCH106: {
    status: 400,
    kind: 'client-disconnect',
    message: 'The connection was closed before the answer',
    doc: 'Only logs and metrics show this one: the client went away, and what it asked for was cancelled.',
  },
} as const satisfies Record<string, EdgeErrorRow>;

export type EdgeErrorCode = keyof typeof edgeCatalogue;

/** @param facts what this occurrence knows better than the row. */
export function edgeError(
  code: EdgeErrorCode,
  facts: {
    readonly details?: string | undefined;
    readonly retryAfter?: number | undefined;
    readonly cause?: unknown;
  } = {},
): EngineError {
  const row: EdgeErrorRow = edgeCatalogue[code];
  const retryAfter = facts.retryAfter ?? row.retryAfter;
  return new EngineError({
    code,
    status: row.status,
    kind: row.kind,
    message: row.message,
    details: facts.details,
    headers: retryAfter === undefined ? [] : [['Retry-After', String(retryAfter)]],
    cause: facts.cause,
  });
}
