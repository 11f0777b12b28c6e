import { filmPlan } from '../../../test/film-plan.js';

describe('hoistSpreadAggregates', () => {
  it('leaves the bare value under the name of the aggregate and lets the parent aggregate it', () => {
    const plan = filmPlan('films?select=...directors(name,first:born.min(),count())');
    expect(plan.embedSelect).toEqual([
      {
        kind: 'spread',
        lateralAlias: 'films_directors_1',
        toOne: true,
        columns: [
          { column: 'name', output: 'name', aggregate: undefined },
          { column: 'first', output: 'first', aggregate: { function: 'min', cast: undefined } },
          { column: 'count', output: 'count', aggregate: { function: 'count', cast: undefined } },
        ],
      },
    ]);
    expect(plan.embeds[0]?.select).toMatchObject([
      { kind: 'field', alias: undefined, aggregate: undefined },
      { kind: 'field', alias: 'first', aggregate: undefined },
      { kind: 'marker', alias: 'count' },
    ]);
  });

  it('takes the whole row for a star, and what is embedded there once more', () => {
    expect(filmPlan('roles?select=...films(*,directors(id))').embedSelect).toMatchObject([
      { columns: [{ column: 'id' }, ...Array.from({ length: 10 }, () => ({})), { column: 'directors' }] },
    ]);
    expect(filmPlan('scripts?select=...films(directors(id),...directors(*))').embedSelect).toMatchObject([
      { columns: [{ column: 'directors' }, { column: '*', output: '*' }] },
    ]);
  });

  it('hoists through spreads of spreads, up to the first node that is none', () => {
    const plan = filmPlan('roles?select=film_id,...films(...directors(born.max()::text))');
    expect(plan.embedSelect).toMatchObject([
      { columns: [{ column: 'max', output: 'max', aggregate: { function: 'max', cast: 'text' } }] },
    ]);
    expect(plan.embeds[0]?.embedSelect).toMatchObject([
      { columns: [{ column: 'max', output: 'max', aggregate: undefined }] },
    ]);
  });
});
