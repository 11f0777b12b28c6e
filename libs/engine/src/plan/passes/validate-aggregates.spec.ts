import { filmPlan, readConfig } from '../../../test/film-plan.js';

describe('validateAggregates', () => {
  it.each([
    'films?select=count()',
    'films?select=rating.max()',
    'films?select=id,roles(count())',
    'scripts?select=...films(count())',
  ])('%s is refused where aggregates are off', (path) => {
    expect(() => filmPlan(path, { config: { ...readConfig, aggregatesEnabled: false } })).toThrow(
      expect.objectContaining({ code: 'PGRST123' }),
    );
    expect(() => filmPlan(path)).not.toThrow();
  });

  it('takes `count` without parentheses for a column', () => {
    expect(() => filmPlan('films?select=count', { config: { ...readConfig, aggregatesEnabled: false } })).not.toThrow();
  });

  it.each(['films?select=...roles(count())', 'directors?select=...films(...scripts(pages.max()))'])(
    '%s is refused: a to-many spread has no aggregates',
    (path) => {
      expect(() => filmPlan(path)).toThrow(expect.objectContaining({ code: 'PGRST127' }));
    },
  );

  it('allows aggregates of a json embed inside a to-many spread', () => {
    expect(() => filmPlan('directors?select=...films(roles(count()))')).not.toThrow();
  });
});
