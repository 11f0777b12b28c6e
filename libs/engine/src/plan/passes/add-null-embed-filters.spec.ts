import { filmPlan } from '../../../test/film-plan.js';

describe('addNullEmbedFilters', () => {
  it.each([
    ['roles=is.null', false],
    ['roles=not.is.null', true],
  ])('%s asks for rows: %s', (filter, present) => {
    expect(filmPlan(`films?select=id,roles()&${filter}`).where).toEqual([
      { kind: 'embed-presence', lateralAlias: 'films_roles_1', toOne: false, present },
    ]);
  });

  it('reaches into logic trees and nested embeds', () => {
    const plan = filmPlan(
      'directors?select=id,films(id,scripts())&or=(films.is.null,id.eq.1)&films.scripts=not.is.null',
    );
    expect(plan.where).toMatchObject([{ children: [{ kind: 'embed-presence' }, { kind: 'filter' }] }]);
    expect(plan.embeds[0]?.where).toMatchObject([{ kind: 'embed-presence', toOne: true, present: true }]);
  });

  it.each(['roles=eq.1', 'roles=is.true', 'roles=is.not_null', 'roles->a=is.null', 'r.id=is.null'])(
    '%s stays a filter on a column',
    (filter) => {
      expect(filmPlan(`films?select=id,roles(),r:scripts()&${filter}`).where.map(({ kind }) => kind)).not.toContain(
        'embed-presence',
      );
    },
  );

  it('knows an aliased embed by its alias only', () => {
    const kinds = (filter: string): string[] =>
      filmPlan(`films?select=id,r:roles()&${filter}`).where.map(({ kind }) => kind);
    expect([kinds('r=is.null'), kinds('roles=is.null')]).toEqual([['embed-presence'], ['filter']]);
  });
});
