/** Notes every answered call: by its route, never by its query or body. */
import type { Observer, Tracer } from '@perch/observability';
import type { NextFunction, Request, Response } from 'express';
import { requestIdOf } from './request-id.middleware.js';

/** Never ends; `perch_feed_connections` counts those. */
export const CHANGE_FEED_PATH = '/internal/v1/changes';

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export function createObserveMiddleware(observer: Observer, tracer: Tracer | undefined) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.path === CHANGE_FEED_PATH) return next();
    const startedAt = performance.now();
    const traceId = tracer?.current?.traceId;
    response.once('close', () => {
      const project: unknown = request.params?.['project_id'];
      observer.note({
        kind: 'management-request',
        requestId: requestIdOf(request),
        method: methods.has(request.method) ? request.method : 'other',
        route: routeOf(request),
        project: typeof project === 'string' ? project : undefined,
        status: response.statusCode,
        durationMs: performance.now() - startedAt,
        traceId,
      });
    });
    next();
  };
}

/** As declared (`/api/v2/projects/:project_id`), once it was found. */
export function routeOf(request: Request): string | undefined {
  const route: unknown = request.route?.path;
  return typeof route === 'string' ? route : undefined;
}
