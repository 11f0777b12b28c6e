import { createSchemaCache } from '../schema-cache/create-schema-cache.js';
import { createSchemaSnapshot } from '../schema-cache/schema-snapshot.js';
import { filmWorld, parameter, routine } from '../../test/fixtures/schema-cache.js';
import { findRoutine, unnamedParameter, type RoutineCall } from './find-routine.js';

const schema = createSchemaCache(
  createSchemaSnapshot({
    ...filmWorld,
    routines: [
      ...filmWorld.routines,
      routine('raw', [parameter('a integer')]),
      routine('bytes', [parameter('bytea')]),
      routine('nothing', []),
      routine('relaxed', [parameter('a integer?'), parameter('b text?')]),
    ],
  }),
);

function find(name: string, argumentNames: readonly string[], body?: RoutineCall['body']) {
  return findRoutine({ name: { schema: 'api', name }, argumentNames, body }, schema);
}

describe('the overload that a call means', () => {
  it.each<[string, readonly string[], RoutineCall['body'], readonly string[]]>([
    ['search', ['term'], undefined, ['term', 'top']],
    ['search', ['top', 'term'], 'json', ['term', 'top']],
    ['nothing', [], undefined, []],
    ['nothing', [], 'json', []],
    ['raw', ['a'], 'json', ['a']],
    ['raw', ['b'], 'json', ['']],
    ['raw', [], 'json', ['']],
    ['bytes', [], 'bytea', ['']],
    ['relaxed', [], 'text', ['a', 'b']],
  ])('of %s with %j and body %s takes %j', (name, argumentNames, body, expected) => {
    expect(find(name, argumentNames, body).parameters.map((one) => one.name)).toEqual(expected);
  });

  it('gives the whole body to the only parameter without a name', () => {
    expect(unnamedParameter(find('raw', [], 'json'))?.type).toBe('json');
    expect(unnamedParameter(find('raw', ['a'], 'json'))).toBeUndefined();
  });

  it.each<[string, readonly string[], RoutineCall['body'], string]>([
    ['search', [], undefined, 'Could not find the function api.search without parameters in the schema cache'],
    ['search', ['term', 'x'], undefined, 'Could not find the function api.search(term, x) in the schema cache'],
    ['raw', [], undefined, 'Could not find the function api.raw without parameters in the schema cache'],
    ['nothing', [], 'text', 'Could not find the function api.nothing in the schema cache'],
  ])('of %s with %j and body %s is none', (name, argumentNames, body, message) => {
    expect(() => find(name, argumentNames, body)).toThrow(expect.objectContaining({ code: 'PGRST202', message }));
  });

  it('is not decided by types', () => {
    expect(() => find('over', ['a'])).toThrow(
      expect.objectContaining({
        code: 'PGRST203',
        message: 'Could not choose the best candidate function between: api.over(a => integer), api.over(a => text)',
      }),
    );
  });

  it('is not decided by which kind of json a body becomes', () => {
    const twice = createSchemaCache(
      createSchemaSnapshot({
        ...filmWorld,
        routines: [routine('take', [parameter('json')]), routine('take', [parameter('jsonb')])],
      }),
    );
    expect(() =>
      findRoutine({ name: { schema: 'api', name: 'take' }, argumentNames: ['a'], body: 'json' }, twice),
    ).toThrow(
      expect.objectContaining({
        message: 'Could not choose the best candidate function between: api.take( => json), api.take( => jsonb)',
      }),
    );
  });

  it('is guessed by the arguments of the same name, then by the name', () => {
    expect(() => find('search', ['ter', 'top'])).toThrow(
      expect.objectContaining({ hint: 'Perhaps you meant to call the function api.search(term, top)' }),
    );
    expect(() => find('serch', [])).toThrow(
      expect.objectContaining({ hint: 'Perhaps you meant to call the function api.search' }),
    );
  });
});
