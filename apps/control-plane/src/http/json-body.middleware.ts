/**
 * Reads a JSON body with a limit, and keeps exactly what is wrong with any other for unreadable-body.interceptor.ts. No
 * body at all is fine.
 */
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { failure, type ControlPlaneError } from '../error/control-plane-error.js';

export const MERGE_PATCH = 'application/merge-patch+json';
/** Bytes. */
const BODY_LIMIT = 1024 * 1024;
/** Levels of nesting: what follows reads a body by recursion. No request has ten. */
const MAX_DEPTH = 100;

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
      else {
        const reason = /%00/.test(request.url) ? UNSTORABLE : whyUnusable(request.body);
        if (reason === undefined) next();
        else refuse(failure('request.not-readable', reason));
      }
    });
  };
}

const UNSTORABLE = 'a text holds a null character or half a surrogate pair, which PostgreSQL cannot store';

/** Level by level, without recursion: JSON.parse takes half a million levels, for which no stack would do. */
function whyUnusable(body: unknown): string | undefined {
  let level: readonly unknown[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return `it is nested more than ${MAX_DEPTH} levels deep`;
    if (level.some(isUnstorable)) return UNSTORABLE;
    level = level.flatMap((value) =>
      typeof value !== 'object' || value === null
        ? []
        : Array.isArray(value)
          ? value
          : Object.entries(value).flatMap((entry) => entry),
    );
  }
  return undefined;
}

function isUnstorable(value: unknown): boolean {
  return typeof value === 'string' && /\u0000|\p{Surrogate}/u.test(value);
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
