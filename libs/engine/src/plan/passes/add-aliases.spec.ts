import { filmPlan } from '../../../test/film-plan.js';

describe('addAliases', () => {
  it.each([
    ['id', undefined],
    ['x:id', 'x'],
    ['id::text', undefined],
    ['meta->a', 'a'],
    ['meta->a->>b', 'b'],
    ['meta->a->0', 'a'],
    ['meta->0', 'meta'],
    ['meta->a->0->1', 'a'],
    ['x:meta->a', 'x'],
    ['meta->>a::int', 'a'],
    ['meta->>a::int.sum()', undefined],
    ['colour', 'colour'],
    ['colour::text', 'colour'],
    ['colour.max()', undefined],
  ])('%s is called %s', (select, alias) => {
    expect(filmPlan(`films?select=${select}`).select).toMatchObject([{ kind: 'field', alias }]);
  });
});
