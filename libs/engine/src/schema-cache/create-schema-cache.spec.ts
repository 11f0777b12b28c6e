import { filmSchemaCache, filmWorld, parameter, routine } from '../../test/fixtures/schema-cache.js';
import { createSchemaCache } from './create-schema-cache.js';
import type { Relationship } from './relationship.js';
import { createSchemaSnapshot } from './schema-snapshot.js';

const cache = filmSchemaCache();
const api = (name: string) => ({ schema: 'api', name });

function name(relationship: Relationship): string {
  switch (relationship.kind) {
    case 'computed':
      return `${relationship.function.name}()`;
    case 'many-to-many':
      return `${relationship.target.name} by ${relationship.junction.name}`;
    case 'foreign-key':
      return `${relationship.cardinality} ${relationship.target.name} ${relationship.constraint}`;
  }
}

describe('lookups in a schema cache', () => {
  test.each([
    [
      'films',
      [
        'main_actor()',
        'remakes()',
        'many-to-one directors films_director_id_fkey',
        'one-to-many roles roles_film_id_fkey',
        'one-to-one scripts scripts_film_id_fkey',
        'actors by roles',
      ],
    ],
    ['actors', ['one-to-many roles roles_actor_id_fkey', 'films by roles', 'films_brief by roles']],
    ['people', ['many-to-one people people_boss_id_fkey', 'one-to-many people people_boss_id_fkey']],
    ['nothing', []],
  ])('relationships of %s', (origin, expected) => {
    expect(cache.relationships(api(origin), 'api').map(name)).toEqual(expected);
    expect(cache.relationships(api(origin), 'other')).toEqual([]);
  });

  test.each([
    ['films', 'directors', ['many-to-one directors films_director_id_fkey']],
    ['films', 'films_director_id_fkey', ['many-to-one directors films_director_id_fkey']],
    ['films', 'director_id', ['many-to-one directors films_director_id_fkey']],
    ['films', 'main_actor', ['main_actor()']],
    ['films', 'actors', ['actors by roles']],
    ['trips', 'places', ['many-to-one places trips_to_place_fkey', 'many-to-one places trips_from_place_fkey']],
    ['films', 'constructor', []],
  ])('from %s by the name %s', (origin, target, expected) => {
    expect(cache.relationshipsNamed(api(origin), 'api', target).map(name)).toEqual(expected);
  });

  test('a computed relationship replaces those to the table that is called like its function', () => {
    const [computed] = filmWorld.computedRelationships;
    const replacing = createSchemaCache(
      createSchemaSnapshot({
        ...filmWorld,
        computedRelationships: computed === undefined ? [] : [{ ...computed, function: api('directors') }],
      }),
    );
    expect(replacing.relationshipsNamed(api('films'), 'api', 'directors').map(name)).toEqual(['directors()']);
    expect(replacing.relationshipsNamed(api('films'), 'api', 'director_id')).toEqual([]);
  });

  test('products of many keys are bounded, and direct relationships come first', () => {
    const named = (constraint: string) => filmWorld.foreignKeys.filter((key) => key.constraint === constraint);
    const often = [...named('roles_film_id_fkey'), ...named('roles_actor_id_fkey')].flatMap((key) =>
      Array.from({ length: 200 }, (_, index) => ({ ...key, constraint: `${key.constraint}_${index}` })),
    );
    const many = createSchemaCache(
      createSchemaSnapshot({ ...filmWorld, foreignKeys: [...often, ...filmWorld.foreignKeys] }),
    );
    const kinds = many.relationships(api('films'), 'api').map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind !== 'computed')).toHaveLength(20_000);
    expect(kinds.filter((kind) => kind === 'foreign-key')).toHaveLength(203);
  });

  test('overloads come by the number of their parameters, then by comment, names and types', () => {
    const routines = [
      routine('f', [parameter('b integer'), parameter('a integer')]),
      { ...routine('f', [parameter('a integer')]), description: 'Told' },
      routine('f', [parameter('b integer')]),
      routine('f', [parameter('a text')]),
      routine('f', [parameter('a integer')]),
    ];
    const sorted = createSchemaCache(createSchemaSnapshot({ ...filmWorld, routines })).routines(api('f'));
    expect(sorted.map(({ parameters }) => parameters.map(({ name, type }) => `${name} ${type}`).join())).toEqual([
      'a integer',
      'a text',
      'b integer',
      'a integer',
      'b integer,a integer',
    ]);
  });

  test('what is not there is undefined or empty', () => {
    expect(cache.table(api('__proto__'))).toBeUndefined();
    expect(cache.tables('other')).toEqual([]);
    expect(cache.routines(api('nothing'))).toEqual([]);
    expect(cache.role('nobody')).toBeUndefined();
    expect(cache.representation('text')).toBeUndefined();
    expect(cache.tableMediaHandlers(api('films')).size).toBe(0);
  });

  test('equal columns are one object', () => {
    const id = (table: string) => cache.table(api(table))?.columns.get('id');
    expect(id('actors')).toBe(id('directors'));
    expect(id('actors')).not.toBe(id('films'));
  });
});
