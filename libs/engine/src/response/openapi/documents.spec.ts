import { column, filmSchemaCache, filmWorld, routine, parameter, table } from '../../../test/fixtures/schema-cache.js';
import { createSchemaCache } from '../../schema-cache/create-schema-cache.js';
import { createSchemaSnapshot } from '../../schema-cache/schema-snapshot.js';
import { describeApi } from './describe-api.js';
import { openApiDocument } from './openapi-document.js';
import { swaggerDocument } from './swagger-document.js';

const scope = { schema: 'api', tables: undefined, routines: undefined, unqualified: ['api'] };
const options = { address: { scheme: 'https', host: 'h:443', basePath: '/v1' }, security: true } as const;

/** Names that no component's key may hold as they are, two of which look alike. */
const odd = describeApi(
  createSchemaCache(
    createSchemaSnapshot({
      ...filmWorld,
      tables: [table('a b', ['x y integer!'], ['x y']), table('a-20-b', []), table('{braces}/地図', ['id integer'])],
      foreignKeys: [],
      computedRelationships: [],
      routines: [routine('f n', [parameter('j json'), parameter('m api.mood?')])],
    }),
  ),
  scope,
);
const film = describeApi(filmSchemaCache(), scope);

/** Every `$ref` that the document holds. */
function references(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  );
}

function at(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Object.entries(value).find(([k]) => k === key)?.[1] : undefined,
    document,
  );
}

const written = (document: string): unknown => JSON.parse(document);

describe.each([
  ['2.0', swaggerDocument],
  ['3.1', openApiDocument],
])('OpenAPI %s', (_, write) => {
  test.each([
    ['films', film],
    ['odd names', odd],
  ])('every reference leads somewhere: %s', (__, api) => {
    const document = written(write(api, options));
    const found = references(document);
    expect(found.length).toBeGreaterThan(10);
    const broken = found.filter((reference) => at(document, reference.slice(2).split('/')) === undefined);
    // A table with a slash in its name has no sound reference in 2.0: PostgREST's document has the same.
    expect(broken.filter((reference) => !reference.includes('{braces}/'))).toEqual([]);
  });
});

describe('OpenAPI 3.1', () => {
  const document = written(openApiDocument(odd, options));

  test('keys of components are made of the letters that are allowed', () => {
    const schemas = at(document, ['components', 'schemas']);
    expect(Object.keys(schemas ?? {}).filter((key) => !/^[A-Za-z0-9._-]+$/.test(key))).toEqual([]);
    expect(Object.keys(schemas ?? {})).toHaveLength(1 + 2 * 3);
  });

  test('paths are percent-encoded', () => {
    expect(Object.keys(at(document, ['paths']) ?? {})).toEqual([
      '/',
      '/a%20b',
      '/a-20-b',
      '/%7Bbraces%7D%2F%E5%9C%B0%E5%9B%B3',
      '/rpc/f%20n',
    ]);
  });

  test('server, security and columns', () => {
    expect(at(document, ['servers'])).toEqual([{ url: 'https://h:443/v1' }]);
    expect(at(document, ['security'])).toEqual([{ bearer: [] }]);
    const films = written(openApiDocument(film, options));
    const columns = ['components', 'schemas', 'input.films', 'properties'];
    expect(at(films, [...columns, 'genre'])).toEqual({
      type: ['string', 'null'],
      format: 'api.genre',
      enum: ['drama', 'comedy', 'film noir', null],
    });
    expect(at(films, [...columns, 'year'])).toEqual({ type: ['integer', 'null'], format: 'int32', default: 1900 });
    expect(at(films, ['components', 'schemas', 'row.films', 'required'])).toEqual(['id', 'title']);
  });
});

test('the 3.1 document writes no second slash behind a path that ends in one', () => {
  const { address } = options;
  const document = openApiDocument(film, { ...options, address: { ...address, basePath: '/v1/' } });
  expect(at(written(document), ['servers', '0', 'url'])).toBe('https://h:443/v1');
});

test('the 2.0 document keeps how a default is spelled', () => {
  const priced = table('goods', [column('price numeric', { defaultExpression: '2.00' })]);
  const world = { ...filmWorld, tables: [priced], foreignKeys: [], computedRelationships: [], routines: [] };
  const api = describeApi(createSchemaCache(createSchemaSnapshot(world)), scope);
  expect(swaggerDocument(api, options)).toContain('"default":2.0');
});
