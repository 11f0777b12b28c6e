import { filmPlan, shortText } from '../../test/film-plan.js';
import { countQuery } from './count-sql.js';

describe('countQuery', () => {
  it.each([
    ['films', 'select 1 from films'],
    ['films?year=gt.1&order=id&limit=3&select=id', 'select 1 from films where films.year > $1'],
    ['films?select=id,directors(name)&directors.name=eq.x', 'select 1 from films'],
    [
      'films?select=id,directors!inner(name)&directors.name=eq.x&year=eq.1',
      'select 1 from films where exists (select 1 from directors as directors_1 where directors_1.id = films.director_id and directors_1.name = $1) and films.year = $2',
    ],
    [
      'films?select=id,roles!inner(actors!inner(id))',
      'select 1 from films where exists (select 1 from roles as roles_1 where roles_1.film_id = films.id and exists (select 1 from actors as actors_2 where actors_2.id = roles_1.actor_id))',
    ],
    [
      'films?select=id,roles()&or=(roles.is.null,year.eq.1)',
      'select 1 from films where (not exists (select 1 from roles as roles_1 where roles_1.film_id = films.id) or films.year = $1)',
    ],
    [
      'films?select=id,remakes!inner(id)',
      'select 1 from films where exists (select 1 from remakes((films.*)::films) as films_1)',
    ],
  ])('%s', (path, text) => {
    expect(shortText(countQuery(filmPlan(path)))).toBe(text);
  });

  it('stops after a number of rows', () => {
    expect(shortText(countQuery(filmPlan('films?year=eq.1'), 6n))).toBe(
      'select 1 from films where films.year = $1 limit $2',
    );
  });
});
