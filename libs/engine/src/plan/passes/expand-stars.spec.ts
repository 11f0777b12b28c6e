import { filmPlan } from '../../../test/film-plan.js';
import type { ReadNode } from '../read-plan.js';

function shown({ select }: ReadNode): string {
  return select.map((item) => (item.kind === 'field' ? item.field.name : item.kind)).join(' ');
}

describe('expandStars', () => {
  it.each([
    ['actors', 'star'],
    ['actors?select=*,id', 'star id'],
    ['actors?select=*,count()', 'id name count'],
    ['films', 'id title director_id year rating meta tags genre code words colour'],
    ['scripts?select=*,...films(rating.max())', 'star'],
    ['films?select=', ''],
    ['scripts?select=*,...films(rating)', 'star'],
    ['scripts?select=*,films(count())', 'star'],
  ])('%s shows %s', (path, expected) => {
    expect(shown(filmPlan(path))).toBe(expected);
  });

  it.each([
    ['films?select=directors(*)', 'star'],
    ['films?select=...directors(*)', 'star'],
    ['films?select=id.count(),...directors(*)', 'id name born'],
    ['roles?select=...films(*)', 'id title director_id year rating meta tags genre code words colour'],
    ['films?select=...roles(*)', 'film_id actor_id character'],
    ['scripts?select=film_id.max(),films(directors(*))', ''],
    ['directors?select=films(*)', 'id title director_id year rating meta tags genre code words colour'],
  ])('%s shows in its embed %s', (path, expected) => {
    expect(filmPlan(path).embeds.map(shown)).toEqual([expected]);
  });

  it('names the columns of what is spread to one row inside arrays', () => {
    expect(filmPlan('directors?select=...films(...directors(*))').embeds[0]?.embeds.map(shown)).toEqual([
      'id name born',
    ]);
  });
});
