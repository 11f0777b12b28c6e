import { api, films } from '../../test/film-plan.js';
import { resolveField, type FieldUse } from './resolved-field.js';

const context = { schema: films, table: films.table(api('films')) };

describe('resolveField', () => {
  it.each<[FieldUse, string | undefined]>([
    ['output', 'colour_to_json'],
    ['filter', 'colour_from_text'],
    ['payload', 'colour_from_json'],
    ['order', undefined],
  ])('finds the representation of a domain for %s: %s', (use, name) => {
    expect(resolveField({ name: 'colour', path: [] }, use, context)).toEqual({
      name: 'colour',
      path: [],
      type: 'api.colour',
      baseType: 'integer',
      representation: name === undefined ? undefined : api(name),
    });
  });

  it('represents what a path leads to as well', () => {
    const path = [{ result: 'json', operand: { kind: 'key', key: 'a' } }] as const;
    expect(resolveField({ name: 'colour', path }, 'output', context).representation).toEqual(api('colour_to_json'));
  });

  it('lets what is not known pass', () => {
    expect(resolveField({ name: 'zzz', path: [] }, 'filter', context)).toMatchObject({
      type: undefined,
      baseType: undefined,
    });
    expect(resolveField({ name: 'id', path: [] }, 'filter', { ...context, table: undefined }).baseType).toBeUndefined();
  });
});
