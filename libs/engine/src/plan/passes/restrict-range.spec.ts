import { filmPlan, readConfig } from '../../../test/film-plan.js';

const bounded = { config: { ...readConfig, maxRows: 5 } };

describe('restrictRange', () => {
  it.each([
    ['films', 5n],
    ['films?limit=3', 3n],
    ['films?limit=9&offset=2', 5n],
  ])('%s reads at most %s rows', (path, limit) => {
    expect(filmPlan(path, bounded).range.limit).toBe(limit);
  });

  it('bounds every embed', () => {
    const plan = filmPlan('films?select=roles(actors(id))&roles.limit=2', bounded);
    expect([plan.embeds[0]?.range.limit, plan.embeds[0]?.embeds[0]?.range.limit]).toEqual([2n, 5n]);
  });

  it('does not bound what a mutation returns', () => {
    expect(filmPlan('films?limit=1', { ...bounded, rows: 'changed' }).range.limit).toBeUndefined();
  });

  it('leaves everything as it is without a bound', () => {
    expect(filmPlan('films').range.limit).toBeUndefined();
  });
});
