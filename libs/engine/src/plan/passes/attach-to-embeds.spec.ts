import { parseQueryParams } from '../../api-request/query-params/query-params.js';
import { attachToEmbeds, type LegacyName } from './attach-to-embeds.js';
import { initReadPlan, type RequestNode } from './init-read-plan.js';

function attached(
  query: string,
  allowLegacyNames = true,
): { readonly tree: RequestNode; readonly legacyNames: readonly LegacyName[] } {
  const params = parseQueryParams(encodeURI(query), false);
  const tree = initReadPlan(params.select);
  return { tree, legacyNames: attachToEmbeds(tree, params, allowLegacyNames) };
}

describe('attachToEmbeds', () => {
  it('brings filters, logic, orders and ranges to their embeds, in the order of the query', () => {
    const { tree } = attached(
      'select=id,roles(actors(name))&id=eq.1&year=eq.2&roles.actors.name=eq.x&roles.or=(a.eq.1)&roles.order=a&roles.limit=2',
    );
    expect(tree.filters.map(({ field }) => field.name)).toEqual(['id', 'year']);
    expect(tree.embeds).toMatchObject([
      {
        name: 'roles',
        logic: [{ kind: 'group', operator: 'or' }],
        order: [{ kind: 'field', field: { name: 'a' } }],
        range: { offset: 0n, limit: 2n },
        embeds: [{ name: 'actors', filters: [{ field: { name: 'name' } }] }],
      },
    ]);
  });

  it.each([
    ['select=a:x(),b:x()', 'a b'],
    ['select=a:x(),b:x()&b.order=id', 'b a'],
    ['select=a:x(),b:x()&b.order=id&a.order=id', 'b a'],
    ['select=a:x(),b:x()&a.id=eq.1&b.order=id', 'b a'],
    ['select=a:x(),b:x(),c:x()&c.limit=1&b.id=eq.1', 'c b a'],
  ])('%s puts what was touched in front', (query, expected) => {
    expect(
      attached(query)
        .tree.embeds.map(({ alias }) => alias)
        .join(' '),
    ).toBe(expected);
  });

  it.each([
    ['select=id&roles.id=eq.1', 'roles'],
    ['select=roles(id)&roles.actors.id=eq.1', 'actors'],
    ['select=r:roles(id)&x.order=id', 'x'],
    ['select=roles(id)&one.id=eq.1&two.id=eq.1', 'two'],
  ])('%s names no embed', (query, name) => {
    expect(() => attached(query)).toThrow(
      expect.objectContaining({ code: 'PGRST108', message: `'${name}' is not an embedded resource in this request` }),
    );
  });

  it.each([
    ['select=id&roles..limit=1', 'PGRST100'],
    ['select=id&roles..limit=1&x.id=eq.1', 'PGRST108'],
    ['select=id&roles..limit=1&x.order=id', 'PGRST108'],
    ['select=id&roles..limit=1&x.or=(id.eq.1)', 'PGRST100'],
  ])('%s: a range is looked at behind filters and orders, before logic', (query, code) => {
    expect(() => attached(query)).toThrow(expect.objectContaining({ code }));
  });

  it('reports names used in spite of an alias, once each', () => {
    const { tree, legacyNames } = attached(
      'select=r:roles(id),s:scripts(id)&roles.id=eq.1&roles.a=eq.2&scripts.order=id&r.limit=1',
    );
    expect(legacyNames).toEqual([
      { name: 'scripts', alias: 's' },
      { name: 'roles', alias: 'r' },
    ]);
    expect(tree.embeds.find(({ alias }) => alias === 'r')?.filters).toHaveLength(2);
  });

  it('takes the first embed of either name, and the one that is called so where only that is allowed', () => {
    const filtered = (legacy: boolean) => {
      const { tree, legacyNames } = attached('select=a:roles(id),roles(id)&roles.id=eq.1', legacy);
      return [tree.embeds.map(({ alias, filters }) => [alias, filters.length]), legacyNames.length];
    };
    expect(filtered(true)).toEqual([
      [
        ['a', 1],
        [undefined, 0],
      ],
      1,
    ]);
    expect(filtered(false)).toEqual([
      [
        [undefined, 1],
        ['a', 0],
      ],
      0,
    ]);
  });

  it('refuses such names where the configuration does', () => {
    expect(() => attached('select=r:roles(id)&roles.id=eq.1', false)).toThrow(
      expect.objectContaining({
        code: 'PGRST108',
        details: 'Target names are not allowed in filters if they have an alias',
        hint: "Change 'roles' to 'r' in filters, orders or limits.",
      }),
    );
  });
});
