import { filmPlan, shortText } from '../../test/film-plan.js';
import { nodeName } from '../plan/read-plan.js';
import { groupSql, selectSql } from './select-sql.js';

function select(path: string): readonly [string, string] {
  const plan = filmPlan(path);
  return [shortText(selectSql(plan, nodeName(plan))), shortText(groupSql(plan, nodeName(plan)))];
}

describe('selectSql and groupSql', () => {
  it.each([
    ['actors', 'actors.*', ''],
    ['actors?select=id,who:name', 'actors.id, actors.name as who', ''],
    // A syntax error, for PostgreSQL to tell.
    ['films?select=year:: ', 'cast(films.year as )', ''],
    ['films?select=year::text', 'cast(films.year as text)', ''],
    ['films?select=meta->a->>b,first:tags->0', 'films.meta->$1->>$2 as b, to_jsonb(films.tags)->$3::int as first', ''],
    ['films?select=colour', 'colour_to_json(films.colour) as colour', ''],
    ['films?select=c:colour::text', 'cast(colour_to_json(films.colour) as text) as c', ''],
    ['films?select=count()', 'count(*)', ''],
    ['films?select=n:count()::text', 'cast(count(*) as text) as n', ''],
    ['films?select=rating::int.avg()::text', 'cast(avg(cast(films.rating as int)) as text)', ''],
    ['films?select=year,n:count()', 'films.year, count(*) as n', ' group by films.year'],
    ['films?select=y:year,rating.max()', 'films.year as y, max(films.rating)', ' group by y'],
    ['films?select=meta->>a,count()', 'films.meta->>$1 as a, count(*)', ' group by a'],
    ['films?select=id,directors(name)', 'films.id, row_to_json(films_directors_1.*)::jsonb as directors', ''],
    ['films?select=id,roles(character)', "films.id, coalesce(films_roles_1.films_roles_1, '[]') as roles", ''],
    ['films?select=id,roles()', 'films.id', ''],
    ['films?select=roles()', '', ''],
    ['films?select=year,count(),roles()', 'films.year, count(*)', ' group by films.year, roles'],
    ['films?select=...directors(name,films())', 'films_directors_1.name as name, films_directors_1.films as films', ''],
    ['films?select=id,...directors(name)', 'films.id, films_directors_1.name as name', ''],
    ['films?select=id,...roles(character)', "films.id, coalesce(films_roles_1.character, '[]') as character", ''],
    [
      'films?select=year,...directors(name,oldest:born.min(),count())',
      'films.year, films_directors_1.name as name, min(films_directors_1.oldest) as oldest, count(films_directors_1.count) as count',
      ' group by films.year, films_directors_1.name',
    ],
    [
      'films?select=directors(name),count()',
      'count(*), row_to_json(films_directors_1.*)::jsonb as directors',
      ' group by directors',
    ],
  ])('%s', (path, columns, groups) => {
    expect(select(path)).toEqual([columns, groups]);
  });
});
