/** Routes in, the OpenAPI 3.1 document of the management API out. Requests are described by the schemas that check them. */
import { z } from 'zod';
import { catalogue, type ErrorCode } from '../error/catalogue.js';
import { answers } from './answers.js';
import { errorBody } from './resources.js';
import { API_PREFIX, type Route } from './route-inventory.js';

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly object[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: 'path' | 'query';
    readonly required: boolean;
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: { readonly 'application/json': { readonly schema: JsonSchema } };
  };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: object;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

const objectSchema = z.object({
  required: z.array(z.string()).default([]),
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

/** Every request that reaches the metadata database may meet it away. */
const ALWAYS: readonly ErrorCode[] = ['service.unavailable'];
const notFound = {
  project_id: 'project.not-found',
  branch_id: 'branch.not-found',
  endpoint_id: 'endpoint.not-found',
  database_name: 'database.not-found',
  role_name: 'role.not-found',
  operation_id: 'operation.not-found',
  jwks_id: 'jwks.not-found',
  id: 'api-key.not-found',
  org_id: 'organization.not-found',
  key_id: 'api-key.not-found',
} as const satisfies Record<string, ErrorCode>;

export function buildOpenApi(routes: readonly Route[]): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = describeRoute(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Perch management API',
      version: '2',
      description: 'Projects, branches, and the REST API of each branch. Fields may be added at any time.',
    },
    servers: [{ url: API_PREFIX }],
    paths,
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: toJsonSchema(errorBody) },
    },
  };
}

function describeRoute(route: Route): OpenApiOperation {
  const answer = answers[`${route.method} ${route.path}`];
  const names = [...route.path.matchAll(/\{([a-z_]+)\}/g)].flatMap(([, name]) => name ?? []);
  const isPublic = route.access === 'public';
  return {
    operationId: `${route.method}_${route.path.replaceAll(/[^a-z_]+/g, '_').replace(/^_|_$/g, '')}`,
    summary: answer?.summary ?? '',
    tags: [tagOf(route.path)],
    security: isPublic ? [] : [{ apiKey: [] }],
    parameters: [
      ...names.map((name) => ({
        name,
        in: 'path' as const,
        required: true,
        schema: toJsonSchema(route.parameters.get(name) ?? z.string().min(1)),
      })),
      ...queryParameters(route.query),
    ],
    ...(route.body !== undefined && {
      requestBody: {
        required: !route.body.safeParse({}).success,
        content: { 'application/json': { schema: toJsonSchema(route.body) } },
      },
    }),
    responses: {
      [route.status]: {
        description: answer?.summary ?? 'Done',
        content: { 'application/json': { schema: toJsonSchema(answer?.body ?? z.unknown(), 'output') } },
      },
      ...(answer?.mayBeGone && { 204: { description: 'It was gone already' } }),
      ...refusals([
        ...(isPublic ? [] : (['auth.key-missing', 'auth.key-invalid', ...ALWAYS] as const)),
        ...(names.length > 0 || route.query !== undefined
          ? (['request.invalid', 'request.not-readable'] as const)
          : []),
        ...(route.body === undefined
          ? []
          : ([
              'request.invalid',
              'request.malformed-json',
              'request.body-too-large',
              'request.unsupported-media-type',
            ] as const)),
        ...names.flatMap((name) => Object.entries(notFound).flatMap(([known, code]) => (known === name ? [code] : []))),
        ...(answer?.refuses ?? []),
      ]),
    },
  };
}

function refusals(codes: readonly ErrorCode[]): OpenApiOperation['responses'] {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const { status } = catalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
  return Object.fromEntries([...byStatus].map(([status, list]) => [status, { description: list.join(', '), content }]));
}

function queryParameters(query: z.ZodType | undefined): OpenApiOperation['parameters'] {
  const { required, properties } = objectSchema.parse(query === undefined ? {} : toJsonSchema(query));
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function tagOf(path: string): string {
  return (
    path
      .split('/')
      .filter((part) => part !== '' && !part.startsWith('{'))
      .slice(0, 3)
      .at(-1) ?? 'api'
  );
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output' = 'input'): JsonSchema {
  const { $schema: _$schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
