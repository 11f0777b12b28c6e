/** The HTTP application, not yet listening: Nest on Express with our own body reading, request ids and errors. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule, type AppParts } from './app.module.js';
import { createJsonBodyMiddleware } from './http/json-body.middleware.js';
import { requestIdMiddleware } from './http/request-id.middleware.js';

export async function createApp(parts: AppParts): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.from(parts), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(requestIdMiddleware);
  app.use(createJsonBodyMiddleware());
  await app.init();
  return app;
}
