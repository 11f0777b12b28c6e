import { filmPlan, shortText } from '../../test/film-plan.js';
import { orderSql } from './order-sql.js';

describe('orderSql', () => {
  it.each([
    ['films', ''],
    ['films?order=year', ' order by films.year'],
    ['films?order=year.desc.nullslast,id.asc', ' order by films.year desc nulls last, films.id asc'],
    ['films?order=meta->>a.nullsfirst', ' order by films.meta->>$1 nulls first'],
    ['films?order=colour', ' order by films.colour'],
    ['films?select=id,directors(name)&order=directors(name).desc', ' order by films_directors_1.name desc'],
    ['films?select=id,d:directors(name)&order=d(name)', ' order by films_d_1.name'],
    ['films?select=id,directors(x)&order=directors(x->y)', ' order by films_directors_1.x->$1'],
  ])('%s', (path, text) => {
    expect(shortText(orderSql(filmPlan(path).order, { schema: '', name: 'films' }))).toBe(text);
  });
});
