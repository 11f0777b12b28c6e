/**
 * Turns an error of PostgreSQL into the answer it means: SQLSTATE to HTTP status, and the two protocols by which SQL can
 * choose the answer itself (SQLSTATE `PTnnn` and SQLSTATE `PGRST`).
 *
 * @see https://docs.postgrest.org/en/v16/references/errors.html#http-status-codes
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
import { EngineError, engineError } from './engine-error.js';
import type { ErrorKind } from './error-kind.js';

export interface PostgresErrorFields {
  /** SQLSTATE, five characters. */
  readonly code: string;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** Known to say that the role of the request does not exist, whatever the language of the message. */
  readonly tellsMissingRole?: boolean;
}

/** Statuses of whole SQLSTATE classes; a code of its own wins (statusByCode). */
const statusByClass: Readonly<Record<string, number>> = {
  '08': 503, // connection
  '09': 500, // triggered action
  '0L': 403, // invalid grantor
  '0P': 403, // invalid role
  '25': 500, // transaction state
  '28': 403, // authorization
  '2D': 500, // transaction termination
  '38': 500, // external routine
  '39': 500, // external routine invocation
  '3B': 500, // savepoint
  '40': 500, // rollback: serialization, deadlock
  '53': 503, // resources
  '54': 500, // program limits
  '55': 500, // not in the state for it
  '57': 500, // operator intervention
  '58': 500, // system
  F0: 500, // configuration file
  HV: 500, // foreign data wrapper
  P0: 500, // PL/pgSQL
  XX: 500, // internal
};

const statusByCode: Readonly<Record<string, number>> = {
  '23503': 409, // foreign key
  '23505': 409, // unique
  '25006': 405, // write in a read-only transaction
  '42883': 404, // no such function
  '42P01': 404, // no such table
  '42P17': 500, // infinite recursion in a policy
  '53400': 500, // configuration limit
  '57P01': 503, // admin shutdown
  P0001: 400, // RAISE without a code
};

/**
 * The error to answer with for one of PostgreSQL's.
 *
 * @param ranAsAnonymous true when the role was the anonymous one: a missing privilege then means "log in" (401), not 403.
 * @see https://docs.postgrest.org/en/v16/references/errors.html#raise-errors-with-http-status-codes
 */
export function fromPostgres(fields: PostgresErrorFields, ranAsAnonymous: boolean, cause?: unknown): EngineError {
  if (fields.code === 'PGRST') return raisedByProtocol(fields, cause);
  const status = statusOf(fields, ranAsAnonymous);
  return new EngineError({
    code: fields.code,
    status,
    statusText: fields.code.startsWith('PT') ? reasonPhrase(fields.message) : undefined,
    message: fields.message,
    details: fields.detail,
    hint: fields.hint,
    headers: status === 401 ? [['WWW-Authenticate', 'Bearer']] : [],
    kind: kindOf(status),
    cause,
  });
}

function statusOf({ code, message, tellsMissingRole }: PostgresErrorFields, ranAsAnonymous: boolean): number {
  switch (code) {
    case '21000':
      // Raised by the safeupdate extension for a PATCH or DELETE without filters; otherwise a subquery's fault.
      return message.endsWith('requires a WHERE clause') ? 400 : 500;
    case '22023':
      return tellsMissingRole || /^role .* does not exist$/s.test(message) ? 401 : 400;
    case '42501':
      return ranAsAnonymous ? 401 : 403;
    case '42883':
      // No XML support in this build: the media type cannot be produced.
      return message.startsWith('function xmlagg(') ? 406 : 404;
  }
  if (code.startsWith('PT')) return sendableStatus(Number(/^PT(\d{3})$/.exec(code)?.[1])) ?? 500;
  return statusByCode[code] ?? statusByClass[code.slice(0, 2)] ?? 400;
}

/** Only a final status can end a response: 1xx and what has not three digits cannot be sent. */
function sendableStatus(status: number): number | undefined {
  return Number.isInteger(status) && status >= 200 && status <= 999 ? status : undefined;
}

/** Reason phrases are one line of visible ASCII (RFC 9112 section 4); any other text is only shown in the body. */
function reasonPhrase(text: string): string | undefined {
  return /^[\x20-\x7e]{1,200}$/.test(text) ? text : undefined;
}

function kindOf(status: number): ErrorKind {
  if (status >= 500) return 'postgres';
  return status === 401 || status === 403 ? 'auth' : 'user';
}

/** RAISE SQLSTATE 'PGRST': MESSAGE holds the body, DETAIL the status and headers, both as JSON. */
function raisedByProtocol({ message, detail }: PostgresErrorFields, cause: unknown): EngineError {
  const body = parseRaisedBody(message);
  if (body === undefined) return engineError('PGRST121', { field: 'MESSAGE', value: message }, cause);
  const answer = detail === undefined ? undefined : parseRaisedAnswer(detail);
  if (answer === undefined) return engineError('PGRST121', { field: 'DETAIL', value: detail }, cause);
  return new EngineError({ ...body, ...answer, kind: kindOf(answer.status), cause });
}

function parseRaisedBody(text: string) {
  const value = parseObject(text);
  if (value === undefined) return undefined;
  const { code, message, details, hint } = value;
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  if (!isOptionalText(details) || !isOptionalText(hint)) return undefined;
  return { code, message, details: details ?? undefined, hint: hint ?? undefined };
}

function parseRaisedAnswer(text: string) {
  const value = parseObject(text);
  if (value === undefined || typeof value['status'] !== 'number' || !isOptionalText(value['status_text']))
    return undefined;
  const status = sendableStatus(value['status']);
  const headers = value['headers'];
  if (status === undefined || !isObject(headers)) return undefined;
  const pairs: (readonly [string, string])[] = [];
  for (const [name, content] of Object.entries(headers)) {
    if (typeof content !== 'string' || !isHeader(name, content)) return undefined;
    if (!framingHeaders.has(name.toLowerCase())) pairs.push([name, content]);
  }
  return { status, statusText: reasonPhrase(value['status_text'] ?? ''), headers: pairs };
}

/** What delimits the response on the wire is the HTTP edge's alone: SQL may not split a response. */
const framingHeaders: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'trailer',
]);

/** A token and a value without control characters (RFC 9110 section 5): anything else would break the response apart. */
function isHeader(name: string, value: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOptionalText(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string';
}
