/**
 * An ApiDescription in, an OpenAPI 3.1 document out: the same facts as the dialect's own 2.0 document, for today's tools.
 * Names that a component's key cannot hold are encoded; paths are percent-encoded.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
import type {
  ApiDescription,
  DescribedColumn,
  DescribedParameter,
  DescribedRoutine,
  DescribedTable,
} from './api-description.js';
import { columnSchema, parameterSchema, type Json } from './json-schema.js';
import { objectText } from './json-text.js';
import { dialectVersion, type DocumentOptions } from './swagger-document.js';

/** @returns JSON */
export function openApiDocument(api: ApiDescription, { address, security }: DocumentOptions): string {
  const basePath = address.basePath.replace(/\/+$/, '');
  return objectText(
    Object.entries({
      openapi: '3.1.0',
      info: { title: api.title, description: api.description, version: dialectVersion },
      servers: [{ url: `${address.scheme}://${address.host}${basePath}` }],
      security: security ? [{ bearer: [] }] : undefined,
      paths: objectText(paths(api)),
      components: objectText(
        Object.entries({
          schemas: objectText(schemas(api)),
          parameters: commonParameters,
          responses: {
            error: { description: 'Error', content: { 'application/json': { schema: schema('error') } } },
          },
          securitySchemes: security ? { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } : undefined,
        }),
      ),
    }),
  ).text;
}

type Member = readonly [name: string, value: unknown];

function* paths({ tables, routines }: ApiDescription): Iterable<Member> {
  yield ['/', rootPath];
  for (const table of tables) yield [`/${encodeURIComponent(table.name)}`, tablePath(table)];
  for (const routine of routines) yield [`/rpc/${encodeURIComponent(routine.name)}`, routinePath(routine)];
}

function* schemas({ tables }: ApiDescription): Iterable<Member> {
  yield ['error', errorSchema];
  for (const table of tables) {
    yield [componentKey('input', table.name), inputSchema(table)];
    yield [componentKey('row', table.name), rowSchema(table)];
  }
}

const text = { type: 'string' };

const errorSchema: Json = {
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: text,
    message: text,
    details: { description: 'Text, or a list of candidates' },
    hint: { type: ['string', 'null'] },
  },
};

const commonParameters: Readonly<Record<string, Json>> = {
  select: { name: 'select', in: 'query', description: 'Columns, casts and embedded resources', schema: text },
  order: { name: 'order', in: 'query', description: 'column.asc|desc.nullsfirst|nullslast, ...', schema: text },
  limit: { name: 'limit', in: 'query', description: 'Rows at most', schema: { type: 'integer', minimum: 0 } },
  offset: { name: 'offset', in: 'query', description: 'Rows to skip', schema: { type: 'integer', minimum: 0 } },
  columns: { name: 'columns', in: 'query', description: 'Keys of the body to write', schema: text },
  on_conflict: { name: 'on_conflict', in: 'query', description: 'Columns of a unique constraint', schema: text },
  range: { name: 'Range', in: 'header', description: 'First and last row, from 0', schema: text, example: '0-9' },
  prefer: {
    name: 'Prefer',
    in: 'header',
    description: 'return=, count=, resolution=, missing=, handling=, timezone=, max-affected=, tx=',
    schema: text,
  },
};

const rootPath: Json = {
  get: {
    tags: ['Introspection'],
    summary: 'OpenAPI 2.0 description of this API',
    responses: { 200: { description: 'OK' } },
  },
};

function tablePath(table: DescribedTable): Json {
  const about = { tags: [table.name], summary: table.comment.summary, description: table.comment.description };
  const filters = table.columns.map(rowFilter);
  const rows = rowsOf(schema(componentKey('row', table.name)));
  const input = schema(componentKey('input', table.name));
  const one = { required: true, content: { 'application/json': { schema: input } } };
  const many = { anyOf: [input, { type: 'array', items: input }] };
  const written = parameters('select', 'columns', 'prefer');
  const get = {
    ...about,
    parameters: [...filters, ...parameters('select', 'order', 'limit', 'offset', 'range', 'prefer')],
    responses: {
      200: { description: 'OK', content: rows },
      206: { description: 'Partial content', content: rows },
      default: error,
    },
  };
  if (!table.writable) return { get };
  const changed = { 200: { description: 'OK', content: rows }, 204: { description: 'No content' }, default: error };
  return {
    get,
    post: {
      ...about,
      parameters: [...written, ...parameters('on_conflict')],
      requestBody: { required: true, content: { 'application/json': { schema: many }, 'text/csv': { schema: text } } },
      responses: {
        200: { description: 'OK', content: rows },
        201: { description: 'Created', content: rows },
        default: error,
      },
    },
    ...(table.primaryKey.length === 0
      ? {}
      : {
          put: {
            ...about,
            parameters: [...filters, ...written],
            requestBody: one,
            responses: { ...changed, 201: { description: 'Created', content: rows } },
          },
        }),
    patch: { ...about, parameters: [...filters, ...written], requestBody: one, responses: changed },
    delete: { ...about, parameters: [...filters, ...parameters('select', 'prefer')], responses: changed },
  };
}

function routinePath(routine: DescribedRoutine): Json {
  const about = {
    tags: [`(rpc) ${routine.name}`],
    summary: routine.comment.summary,
    description: routine.comment.description,
    responses: { ...answer(routine), default: error },
  };
  const post = {
    ...about,
    parameters: parameters('select', 'prefer'),
    requestBody: { content: { 'application/json': { schema: argumentsSchema(routine) } } },
  };
  if (!routine.readable) return { post };
  const paging = parameters('select', 'order', 'limit', 'offset', 'range', 'prefer');
  return { get: { ...about, parameters: [...routine.parameters.map(queryArgument), ...paging] }, post };
}

function answer({ returns }: DescribedRoutine): Json {
  if (returns.kind === 'void') return { 204: { description: 'No content' } };
  const row = returns.table === undefined ? {} : schema(componentKey('row', returns.table));
  const content = returns.set ? rowsOf(row) : { 'application/json': { schema: row } };
  return { 200: { description: 'OK', content } };
}

function rowsOf(row: Json): Json {
  return {
    'application/json': { schema: { type: 'array', items: row } },
    'application/vnd.pgrst.object+json': { schema: row },
    'text/csv': { schema: text },
  };
}

/** A repeated key carries a variadic parameter's values; json and arrays are texts in a query string. */
function queryArgument({ name, required, shape, element }: DescribedParameter): Json {
  const place = { name, in: 'query', required };
  if (element !== undefined) {
    const items = { type: element.type ?? 'string', format: element.format };
    return { ...place, schema: { type: 'array', items }, style: 'form', explode: true };
  }
  const type = shape.type === undefined || shape.type === 'array' ? 'string' : shape.type;
  return { ...place, schema: { type, format: shape.format } };
}

function argumentsSchema({ parameters: taken }: DescribedRoutine): Json {
  return {
    type: 'object',
    required: taken.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(taken.map((parameter) => [parameter.name, parameterSchema(parameter)])),
  };
}

/** What may be written: nothing is required, for there are defaults and patches. */
function inputSchema({ comment, columns }: DescribedTable): Json {
  return {
    type: 'object',
    description: comment.text,
    properties: Object.fromEntries(columns.map((column) => [column.name, nullableSchema(column)])),
  };
}

function rowSchema({ name, columns }: DescribedTable): Json {
  const required = columns.filter(({ nullable }) => !nullable).map((column) => column.name);
  return { allOf: [schema(componentKey('input', name))], required };
}

function nullableSchema(column: DescribedColumn): Json {
  const plain = columnSchema(column);
  if (!column.nullable || column.shape.type === undefined) return plain;
  const labels = column.enumValues.length === 0 ? undefined : [...column.enumValues, null];
  return { ...plain, type: [column.shape.type, 'null'], enum: labels };
}

function rowFilter({ name, comment, shape }: DescribedColumn): Json {
  return { name, in: 'query', description: comment ?? `operator.value, of ${shape.format}`, schema: text };
}

const error = { $ref: '#/components/responses/error' };

function parameters(...names: readonly string[]): readonly Json[] {
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

function schema(key: string): Json {
  return { $ref: `#/components/schemas/${key}` };
}

/** Keys of components hold letters, digits, dot, dash and underscore only: every other character, and the dash, is `-hex-`. */
function componentKey(kind: 'row' | 'input', name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._]/gu, (character) => `-${(character.codePointAt(0) ?? 0).toString(16)}-`);
  return `${kind}.${safe}`;
}
