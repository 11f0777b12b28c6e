import { filmPlan } from '../../../test/film-plan.js';

describe('hoistSpreadAggregates', () => {
  it('leaves the bare value under a hidden name and lets the parent aggregate it', () => {
    const plan = filmPlan('films?select=...directors(name,first:born.min(),count())');
    expect(plan.embedSelect).toEqual([
      {
        kind: 'spread',
        lateralAlias: 'films_directors_1',
        toOne: true,
        columns: [
          { column: 'name', output: 'name', aggregate: undefined },
          { column: 'pgrst_agg_2', output: 'first', aggregate: { function: 'min', cast: undefined } },
          { column: 'pgrst_agg_3', output: 'count', aggregate: { function: 'count', cast: undefined } },
        ],
      },
    ]);
    expect(plan.embeds[0]?.select).toMatchObject([
      { kind: 'field', alias: undefined, aggregate: undefined },
      { kind: 'field', alias: 'pgrst_agg_2', aggregate: undefined },
      { kind: 'marker', alias: 'pgrst_agg_3' },
    ]);
  });

  it('hoists through spreads of spreads, up to the first node that is none', () => {
    const plan = filmPlan('roles?select=film_id,...films(...directors(born.max()::text))');
    expect(plan.embedSelect).toMatchObject([
      { columns: [{ column: 'pgrst_agg_1', output: 'max', aggregate: { function: 'max', cast: 'text' } }] },
    ]);
    expect(plan.embeds[0]?.embedSelect).toMatchObject([
      { columns: [{ column: 'pgrst_agg_1', output: 'pgrst_agg_1', aggregate: undefined }] },
    ]);
  });
});
