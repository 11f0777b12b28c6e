/**
 * An ApiDescription in, the OpenAPI 2.0 document that the dialect answers at its root out.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/openapi.html
 * @see https://spec.openapis.org/oas/v2.0.html
 */
import type {
  ApiDescription,
  DescribedColumn,
  DescribedParameter,
  DescribedRoutine,
  DescribedTable,
} from './api-description.js';
import { columnSchema, parameterSchema, type Json } from './json-schema.js';
import { JsonText, objectText } from './json-text.js';
import type { ServerAddress } from './server-address.js';

export interface DocumentOptions {
  readonly address: ServerAddress;
  /** Describe that a token is expected. */
  readonly security: boolean;
}

/** The release of the dialect that this document is written in. */
export const dialectVersion = '16.2';

const rowMedia = [
  'application/json',
  'application/vnd.pgrst.object+json;nulls=stripped',
  'application/vnd.pgrst.object+json',
];
const tableMedia = [...rowMedia, 'text/csv'];

const writeReturns = ['return=representation', 'return=minimal', 'return=none'];

const commonParameters: Readonly<Record<string, Json>> = {
  preferParams: header('Prefer', 'Preference'),
  preferReturn: header('Prefer', 'Preference', { enum: writeReturns }),
  preferCount: header('Prefer', 'Preference', { enum: ['count=none'] }),
  preferPost: header('Prefer', 'Preference', {
    enum: [...writeReturns, 'resolution=ignore-duplicates', 'resolution=merge-duplicates'],
  }),
  select: query('select', 'Filtering Columns'),
  on_conflict: query('on_conflict', 'On Conflict'),
  order: query('order', 'Ordering'),
  range: header('Range', 'Limiting and Pagination'),
  rangeUnit: header('Range-Unit', 'Limiting and Pagination', { default: 'items' }),
  offset: query('offset', 'Limiting and Pagination'),
  limit: query('limit', 'Limiting and Pagination'),
};

/** @returns JSON */
export function swaggerDocument(api: ApiDescription, { address, security }: DocumentOptions): string {
  return objectText(
    Object.entries({
      swagger: '2.0',
      info: { title: api.title, description: api.description, version: dialectVersion },
      host: address.host,
      basePath: address.basePath,
      schemes: [address.scheme],
      consumes: tableMedia,
      produces: tableMedia,
      ...(security ? securityOf() : {}),
      paths: objectText(paths(api)),
      definitions: objectText(definitions(api)),
      parameters: objectText(parameters(api)),
      externalDocs: {
        description: 'PostgREST Documentation',
        url: 'https://postgrest.org/en/v16/references/api.html',
      },
    }),
  ).text;
}

type Member = readonly [name: string, value: unknown];

function* paths({ tables, routines }: ApiDescription): Iterable<Member> {
  yield ['/', rootPath];
  for (const table of tables) yield [`/${table.name}`, tablePath(table)];
  for (const routine of routines) yield [`/rpc/${routine.name}`, routinePath(routine)];
}

function* definitions({ tables }: ApiDescription): Iterable<Member> {
  for (const table of tables) yield [table.name, definition(table)];
}

function* parameters({ tables }: ApiDescription): Iterable<Member> {
  yield* Object.entries(commonParameters);
  for (const table of tables) {
    yield [`body.${table.name}`, bodyParameter(table)];
    for (const column of table.columns) yield [`rowFilter.${table.name}.${column.name}`, rowFilter(column)];
  }
}

function securityOf(): Json {
  return {
    securityDefinitions: {
      JWT: {
        type: 'apiKey',
        in: 'header',
        name: 'Authorization',
        description: 'Add the token prepending "Bearer " (without quotes) to it',
      },
    },
    security: [{ JWT: [] }],
  };
}

const rootPath: Json = {
  get: {
    tags: ['Introspection'],
    summary: 'OpenAPI description (this document)',
    produces: ['application/openapi+json', 'application/json'],
    responses: { 200: { description: 'OK' } },
  },
};

function tablePath(table: DescribedTable): Json {
  const about = { tags: [table.name], summary: table.comment.summary, description: table.comment.description };
  const filters = table.columns.map((column) => reference(`rowFilter.${table.name}.${column.name}`));
  const body = reference(`body.${table.name}`);
  const paging = ['select', 'order', 'range', 'rangeUnit', 'offset', 'limit', 'preferCount'].map(reference);
  const get = {
    ...about,
    parameters: [...filters, ...paging],
    responses: {
      200: { description: 'OK', schema: { type: 'array', items: { $ref: `#/definitions/${table.name}` } } },
      206: { description: 'Partial Content' },
    },
  };
  if (!table.writable) return { get };
  const nothing = { 204: { description: 'No Content' } };
  return {
    get,
    post: {
      ...about,
      parameters: [body, reference('select'), reference('preferPost')],
      responses: { 201: { description: 'Created' } },
    },
    delete: { ...about, parameters: [...filters, reference('preferReturn')], responses: nothing },
    patch: { ...about, parameters: [...filters, body, reference('preferReturn')], responses: nothing },
  };
}

function routinePath(routine: DescribedRoutine): Json {
  const about = {
    tags: [`(rpc) ${routine.name}`],
    summary: routine.comment.summary,
    description: routine.comment.description,
    produces: rowMedia,
    responses: { 200: { description: 'OK' } },
  };
  const post = {
    ...about,
    parameters: [
      { name: 'args', in: 'body', required: true, schema: argumentsSchema(routine) },
      reference('preferParams'),
    ],
  };
  if (!routine.readable) return { post };
  const args = routine.parameters.map(queryArgument);
  return { get: { ...about, parameters: args.length === 0 ? undefined : args }, post };
}

/** Where a query string carries it: json and arrays are texts there, a variadic parameter is repeated. */
function queryArgument({ name, required, shape, element }: DescribedParameter): Json {
  const place = { name, in: 'query', required };
  if (element !== undefined) {
    const items = { type: element.type ?? 'string', format: element.format };
    return { ...place, type: 'array', items, collectionFormat: 'multi' };
  }
  const type = shape.type === undefined || shape.type === 'array' ? 'string' : shape.type;
  return { ...place, type, format: shape.format };
}

function argumentsSchema({ comment, parameters: taken }: DescribedRoutine): Json {
  const required = taken.filter((parameter) => parameter.required).map(({ name }) => name);
  return {
    type: 'object',
    description: comment.text,
    required: required.length === 0 ? undefined : required,
    properties:
      taken.length === 0
        ? undefined
        : Object.fromEntries(taken.map((parameter) => [parameter.name, parameterSchema(parameter)])),
  };
}

function definition({ comment, columns }: DescribedTable): JsonText {
  const required = columns.filter((column) => !column.nullable).map(({ name }) => name);
  return objectText(
    Object.entries({
      type: 'object',
      description: comment.text,
      required: required.length === 0 ? undefined : required,
      properties:
        columns.length === 0 ? undefined : objectText(columns.map((column) => [column.name, columnText(column)])),
    }),
  );
}

function columnText(column: DescribedColumn): Json | JsonText {
  const schema = columnSchema(column);
  if (column.defaultNumber === undefined) return schema;
  return objectText(Object.entries({ ...schema, default: new JsonText(column.defaultNumber) }));
}

function bodyParameter({ name }: DescribedTable): Json {
  return { name, description: name, required: false, in: 'body', schema: { $ref: `#/definitions/${name}` } };
}

function rowFilter({ name, comment }: DescribedColumn): Json {
  return { name, description: comment, required: false, in: 'query', type: 'string' };
}

function reference(parameter: string): Json {
  return { $ref: `#/parameters/${parameter}` };
}

function header(name: string, description: string, more: Json = {}): Json {
  return { name, description, required: false, in: 'header', type: 'string', ...more };
}

function query(name: string, description: string): Json {
  return { name, description, required: false, in: 'query', type: 'string' };
}
