/**
 * Reads a JSON body with a limit, and keeps exactly what is wrong with any other for unreadable-body.interceptor.ts. No
 * body at all is fine.
 */
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { failure, type ControlPlaneError } from '../error/control-plane-error.js';

export const MERGE_PATCH = 'application/merge-patch+json';
/** Bytes. */
const BODY_LIMIT = 1024 * 1024;

const refusals = new WeakMap<Request, ControlPlaneError>();

/** Why the body of this request cannot be had, if it cannot. */
export function bodyRefusalOf(request: Request): ControlPlaneError | undefined {
  return refusals.get(request);
}

export function createJsonBodyMiddleware(): RequestHandler {
  const parse = express.json({ limit: BODY_LIMIT, strict: false, type: isJson });
  return (request: Request, response: Response, next: NextFunction): void => {
    const refuse = (refusal: ControlPlaneError): void => {
      request.body = undefined;
      refusals.set(request, refusal);
      next();
    };
    if (hasBody(request) && !isJson(request)) {
      const given = request.headers['content-type'] ?? 'none';
      refuse(failure('request.unsupported-media-type', given.slice(0, 100)));
      return;
    }
    parse(request, response, (error?: unknown) => {
      if (error !== undefined) refuse(explain(error));
      else if (/%00/.test(request.url) || holdsUnstorable(request.body))
        refuse(failure('request.not-readable', UNSTORABLE));
      else next();
    });
  };
}

const UNSTORABLE = 'a text holds a null character or half a surrogate pair, which PostgreSQL cannot store';

function holdsUnstorable(value: unknown): boolean {
  if (typeof value === 'string') return /\u0000|\p{Surrogate}/u.test(value);
  if (Array.isArray(value)) return value.some(holdsUnstorable);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, one]) => holdsUnstorable(key) || holdsUnstorable(one));
}

function hasBody(request: { readonly headers: Request['headers'] }): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

function isJson(request: { readonly headers: { readonly 'content-type'?: string | undefined } }): boolean {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  return type === 'application/json' || type === MERGE_PATCH;
}

/** @see https://github.com/expressjs/body-parser#errors */
function explain(error: unknown): ControlPlaneError {
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  const reason = error instanceof Error ? error.message : String(error);
  switch (type) {
    case 'entity.too.large':
      return failure('request.body-too-large', BODY_LIMIT);
    case 'entity.parse.failed':
      return failure('request.malformed-json', reason);
    default:
      return failure('request.not-readable', reason);
  }
}
