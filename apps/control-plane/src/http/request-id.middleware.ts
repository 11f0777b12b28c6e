/** Gives every request an id: the caller's own when it is fit to be logged, else a new one. It is echoed as X-Request-ID. */
import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

const ACCEPTED = /^[\x21-\x7e]{1,128}$/;
const ids = new WeakMap<Request, string>();

export function requestIdMiddleware(request: Request, response: Response, next: NextFunction): void {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && ACCEPTED.test(given) ? given : randomUUID();
  ids.set(request, id);
  response.setHeader('X-Request-ID', id);
  next();
}

export function requestIdOf(request: Request): string {
  return ids.get(request) ?? randomUUID();
}
