/** The one renderer of errors: anything thrown in, `{request_id, code, message}` out. */
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DatabaseError } from '@perch/database';
import type { Observer } from '@perch/observability';
import { ControlPlaneError, failure } from '../error/control-plane-error.js';
import { whyNotOffered } from './not-offered-routes.js';
import { requestIdOf } from './request-id.middleware.js';

@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly observer: Observer) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const error = toControlPlaneError(exception, request);
    const requestId = requestIdOf(request);
    if (error.code === 'internal.error' || error.code === 'service.unavailable') {
      const detail = exception instanceof Error ? (exception.stack ?? exception.message) : String(exception);
      this.observer.note({ kind: 'internal-error', where: `control-plane ${requestId}`, detail });
    }
    // A stream that has begun cannot be turned into an error any more.
    if (response.headersSent) {
      response.end();
      return;
    }
    if (error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    if (error.status === 503 || error.status === 423) response.setHeader('Retry-After', '1');
    response.status(error.status).json({ request_id: requestId, code: error.code, message: error.message });
  }
}

/** Codes by which node and PostgreSQL say that the metadata database is away. */
const AWAY = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EPIPE', '57P01', '57P03', 'P1001']);

export function toControlPlaneError(exception: unknown, request: Request): ControlPlaneError {
  if (exception instanceof ControlPlaneError) return exception;
  if (exception instanceof DatabaseError && exception.code === 'database.busy') {
    return failure('branch.busy', exception.message);
  }
  if (exception instanceof HttpException) {
    // Nest throws two by itself: nobody has this route, and the path cannot be decoded.
    return exception.getStatus() === 404
      ? unknownRoute(request.method, request.path)
      : failure('request.not-readable', exception.message);
  }
  return isAway(exception) ? failure('service.unavailable') : failure('internal.error');
}

function unknownRoute(method: string, path: string): ControlPlaneError {
  const reason = whyNotOffered(path);
  return reason === undefined
    ? failure('route.not-found', method, path)
    : failure('route.not-offered', method, path, reason);
}

function isAway(exception: unknown, depth = 0): boolean {
  if (!(exception instanceof Error) || depth > 3) return false;
  if ('code' in exception && typeof exception.code === 'string' && AWAY.has(exception.code)) return true;
  return /timeout exceeded when trying to connect|Connection terminated/.test(exception.message)
    ? true
    : isAway(exception.cause, depth + 1);
}
