/**
 * A span for every management request, within which the rest of it runs: what it enqueues goes on in the same trace. Nothing
 * of headers, queries or bodies is in it, nor what looks like a secret in a path.
 */
import type { Tracer } from '@perch/observability';
import type { NextFunction, Request, Response } from 'express';
import { shownPath } from '../audit/audit-target.js';
import { CHANGE_FEED_PATH, routeOf } from './observe.middleware.js';
import { requestIdOf } from './request-id.middleware.js';

export function createTraceMiddleware(tracer: Tracer) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const { method, path } = request;
    const { traceparent, tracestate } = request.headers;
    const parent = {
      traceparent: typeof traceparent === 'string' ? traceparent : undefined,
      tracestate: typeof tracestate === 'string' ? tracestate : undefined,
    };
    const attributes = {
      'http.request.method': method,
      'url.scheme': 'http',
      'url.path': shownPath(path),
      'network.protocol.version': request.httpVersion,
      'perch.request.id': requestIdOf(request),
    };
    const span =
      path === CHANGE_FEED_PATH
        ? undefined
        : tracer.begin(method, parent, { kind: 'server', startedAt: performance.now(), attributes });
    if (span === undefined) return next();
    response.once('close', () => {
      const { statusCode: status } = response;
      const route = routeOf(request);
      if (route !== undefined) {
        span.rename(`${method} ${route}`);
        span.set({ 'http.route': route });
      }
      span.set({ 'http.response.status_code': status });
      span.end(performance.now(), status >= 500 ? { type: String(status) } : undefined);
    });
    tracer.within(span, next);
  };
}
