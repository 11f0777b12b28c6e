import { filmPlan } from '../../../test/film-plan.js';

describe('addOrders', () => {
  it('plans terms of own columns and of to-one embeds, at every depth', () => {
    const plan = filmPlan(
      'directors?select=id,films(id,scripts(pages))&order=name.desc&films.order=scripts(pages).nullslast,meta->a',
    );
    expect(plan.order).toMatchObject([{ lateralAlias: undefined, field: { name: 'name' }, direction: 'desc' }]);
    expect(plan.embeds[0]?.order).toMatchObject([
      { lateralAlias: 'films_scripts_2', field: { name: 'pages', baseType: undefined }, nulls: 'last' },
      { lateralAlias: undefined, field: { name: 'meta', baseType: undefined, path: [{ result: 'json' }] } },
    ]);
  });

  it('takes what an embed shows for json where a path leads into it', () => {
    const plan = filmPlan('films?select=id,directors(name)&order=directors(name->a),directors(name)');
    expect(plan.order).toMatchObject([
      { field: { name: 'name', type: 'json' } },
      { field: { name: 'name', type: undefined } },
    ]);
  });

  it('knows the types of the top level only, and those at every level', () => {
    const plan = filmPlan('people?select=id,boss_id(id)&boss_id.order=id');
    expect(plan.embeds[0]?.order).toMatchObject([{ field: { name: 'id', baseType: 'integer' } }]);
  });

  it.each([
    ['films?select=id&order=directors(name)', 'PGRST108', undefined],
    ['films?select=id,d:directors(name)&order=directors(name)', 'PGRST108', undefined],
    [
      'films?select=id,roles(character)&order=roles(character)',
      'PGRST118',
      "'films' and 'roles' do not form a many-to-one or one-to-one relationship",
    ],
  ])('%s fails with %s', (path, code, details) => {
    expect(() => filmPlan(path)).toThrow(expect.objectContaining({ code, details }));
  });

  it('calls the rows of a mutation by the name of their source', () => {
    expect(() => filmPlan('films?select=id,roles(character)&order=roles(character)', { rows: 'changed' })).toThrow(
      expect.objectContaining({
        details: "'pgrst_source' and 'roles' do not form a many-to-one or one-to-one relationship",
      }),
    );
  });
});
