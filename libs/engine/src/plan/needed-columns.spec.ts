import { filmPlan } from '../../test/film-plan.js';
import { neededColumns, withFiltered } from './needed-columns.js';

describe('neededColumns', () => {
  it.each([
    ['films', ['code', 'colour', 'director_id', 'genre', 'id', 'meta', 'rating', 'tags', 'title', 'words', 'year']],
    ['actors', undefined],
    ['films?select=title,meta->a,n:id', ['id', 'meta', 'title']],
    ['films?select=id,directors(name)', ['director_id', 'id']],
    ['films?select=title,roles(character),actors(name)', ['id', 'title']],
    ['films?select=id,main_actor(name)', undefined],
    ['films?select=id&order=title', ['id']],
    ['films?select=title,count()', undefined],
  ])('%s', (path, expected) => {
    expect(neededColumns(filmPlan(path, { rows: 'returned' }))).toEqual(expected);
  });
});

describe('withFiltered', () => {
  it.each([
    ['films?select=id&year=eq.1&or=(title.is.null,rating.gt.1)', ['id', 'rating', 'title', 'year']],
    ['films?select=id,directors(name)&directors.born=gt.1', ['born', 'director_id', 'id']],
    ['films?select=id,directors(name)&directors=is.null', ['director_id', 'films_directors_1', 'id']],
    ['actors?id=gt.1', undefined],
  ])('%s', (path, expected) => {
    const plan = filmPlan(path, { rows: 'returned' });
    expect(withFiltered(neededColumns(plan), plan)).toEqual(expected);
  });
});
