/** What Nest knows of the controllers: every route of the management API with the schemas that check its requests. */
import { RequestMethod, type PipeTransform, type Type } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { z } from 'zod';
import { ACCESS_METADATA, type Access } from '../http/access.js';
import { schemaOf } from '../http/zod.pipe.js';

export interface Route {
  /** Lower case. */
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** Below /api/v2, parameters in braces. */
  readonly path: string;
  /** Status of a good answer. */
  readonly status: number;
  readonly access: Access;
  readonly parameters: ReadonlyMap<string, z.ZodType>;
  readonly query: z.ZodType | undefined;
  readonly body: z.ZodType | undefined;
}

export const API_PREFIX = '/api/v2';

const argumentsSchema = z.record(
  z.string(),
  z.object({ data: z.unknown(), pipes: z.array(z.custom<PipeTransform>()) }),
);

export function listRoutes(controllers: readonly Type[]): readonly Route[] {
  return controllers.flatMap((controller) =>
    Object.getOwnPropertyNames(controller.prototype).flatMap((name) => routesOf(controller, name)),
  );
}

function routesOf(controller: Type, name: string): readonly Route[] {
  const handler: unknown = Object.getOwnPropertyDescriptor(controller.prototype, name)?.value;
  if (typeof handler !== 'function') return [];
  const verb: unknown = Reflect.getMetadata(METHOD_METADATA, handler);
  const method = methodOf(verb);
  if (method === undefined) return [];
  const base = pathsOf(Reflect.getMetadata(PATH_METADATA, controller));
  const own = pathsOf(Reflect.getMetadata(PATH_METADATA, handler));
  const status = z.int().optional().parse(Reflect.getMetadata(HTTP_CODE_METADATA, handler));
  const access = z
    .enum(['api-key', 'fleet', 'public'])
    .default('api-key')
    .parse(Reflect.getMetadata(ACCESS_METADATA, handler) ?? Reflect.getMetadata(ACCESS_METADATA, controller));
  const checks = checksOf(controller, name);
  return base
    .flatMap((start) => own.map((end) => `/${[start, end].filter((part) => part !== '').join('/')}`))
    .filter((path) => path.startsWith(`${API_PREFIX}/`))
    .map((path) => ({
      ...checks,
      method,
      path: path.slice(API_PREFIX.length).replaceAll(/:([a-z_]+)/g, '{$1}'),
      status: status ?? (method === 'post' ? 201 : 200),
      access,
    }));
}

function methodOf(verb: unknown): Route['method'] | undefined {
  switch (verb) {
    case RequestMethod.GET:
      return 'get';
    case RequestMethod.POST:
      return 'post';
    case RequestMethod.PATCH:
      return 'patch';
    case RequestMethod.DELETE:
      return 'delete';
    default:
      return undefined;
  }
}

function pathsOf(metadata: unknown): readonly string[] {
  const paths = z.union([z.string(), z.array(z.string())]).parse(metadata ?? '');
  return (typeof paths === 'string' ? [paths] : paths).map((path) => path.replace(/^\/+|\/+$/g, ''));
}

function checksOf(controller: Type, name: string): Pick<Route, 'parameters' | 'query' | 'body'> {
  const args = argumentsSchema.parse(Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {});
  const parameters = new Map<string, z.ZodType>();
  let query: z.ZodType | undefined;
  let body: z.ZodType | undefined;
  for (const [key, { data, pipes }] of Object.entries(args)) {
    const schema = pipes.map(schemaOf).find((one) => one !== undefined);
    const kind = Number(key.split(':', 1)[0]);
    if (kind === RouteParamtypes.QUERY) query = schema;
    if (kind === RouteParamtypes.BODY) body = schema ?? z.record(z.string(), z.unknown());
    if (kind === RouteParamtypes.PARAM && typeof data === 'string' && schema !== undefined)
      parameters.set(data, schema);
  }
  return { parameters, query, body };
}
