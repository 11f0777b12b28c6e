/** The HTTP application, not yet listening: Nest on Express with our own body reading, request ids and errors. */
import type { Server } from 'node:http';
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule, type AppParts } from './app.module.js';
import { createJsonBodyMiddleware } from './http/json-body.middleware.js';
import { createObserveMiddleware } from './http/observe.middleware.js';
import { requestIdMiddleware } from './http/request-id.middleware.js';
import { createTraceMiddleware } from './http/trace.middleware.js';

export async function createApp(parts: AppParts): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.from(parts), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(requestIdMiddleware);
  if (parts.tracer !== undefined) app.use(createTraceMiddleware(parts.tracer));
  app.use(createObserveMiddleware(parts.observer, parts.tracer));
  app.use(createJsonBodyMiddleware());
  await app.init();
  return app;
}

/** Milliseconds between two looks for connections that became idle. */
const IDLE_CHECK_MS = 20;

/** Takes no more requests and resolves when the ones under way are answered. */
export async function closeApp(app: NestExpressApplication): Promise<void> {
  const server: Server = app.getHttpServer();
  // Node closes what is idle when closing begins; what becomes idle later would be kept alive for seconds.
  const check = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  try {
    await app.close();
  } finally {
    clearInterval(check);
  }
}
