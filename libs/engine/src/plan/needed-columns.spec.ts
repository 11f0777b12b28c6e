import { filmPlan } from '../../test/film-plan.js';
import { neededColumns } from './needed-columns.js';

describe('neededColumns', () => {
  it.each([
    ['films', ['id', 'title', 'director_id', 'year', 'rating', 'meta', 'tags', 'genre', 'code', 'words', 'colour']],
    ['actors', undefined],
    ['films?select=id,meta->a,n:title', ['id', 'meta', 'title']],
    ['films?select=id,directors(name)', ['id', 'director_id']],
    ['films?select=title,roles(character),actors(name)', ['title', 'id']],
    ['films?select=id,main_actor(name)', undefined],
    ['films?select=id&year=eq.1&or=(title.is.null,rating.gt.1)', ['id', 'year', 'title', 'rating']],
    ['films?select=id&order=title', ['id']],
    ['films?select=count()', []],
  ])('%s', (path, expected) => {
    expect(neededColumns(filmPlan(path, { rows: 'returned' }))).toEqual(expected);
  });
});
