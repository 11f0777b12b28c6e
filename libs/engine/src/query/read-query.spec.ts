import { filmPlan, shortText } from '../../test/film-plan.js';
import { readQuery } from './read-query.js';

describe('readQuery', () => {
  it.each([
    ['actors', 'select actors.* from actors'],
    [
      'films?select=id,directors(name)&directors.born=gt.1900-01-01',
      'select films.id, row_to_json(films_directors_1.*)::jsonb as directors from films left join lateral (select directors_1.name from directors as directors_1 where directors_1.id = films.director_id and directors_1.born > $1) as films_directors_1 on true',
    ],
    [
      'films?select=id,roles!inner(character)&roles.order=character&roles.limit=2',
      "select films.id, coalesce(films_roles_1.films_roles_1, '[]') as roles from films inner join lateral (select json_agg(films_roles_1)::jsonb as films_roles_1 from (select roles_1.character from roles as roles_1 where roles_1.film_id = films.id order by roles_1.character limit $1) as films_roles_1) as films_roles_1 on films_roles_1.films_roles_1 is not null",
    ],
    [
      'films?select=actors(name)',
      "select coalesce(films_actors_1.films_actors_1, '[]') as actors from films left join lateral (select json_agg(films_actors_1)::jsonb as films_actors_1 from (select actors.name from actors, roles where roles.actor_id = actors.id and roles.film_id = films.id) as films_actors_1) as films_actors_1 on true",
    ],
    [
      'films?select=id,...roles(character)&roles=not.is.null',
      "select films.id, coalesce(films_roles_1.character, '[]') as character from films left join lateral (select nullif(count(*), 0) as films_roles_1, json_agg(films_roles_1.character)::jsonb as character from (select roles_1.character from roles as roles_1 where roles_1.film_id = films.id) as films_roles_1) as films_roles_1 on true where films_roles_1.films_roles_1 is distinct from null",
    ],
    [
      'films?select=id,main_actor()&main_actor=is.null',
      'select films.id from films left join lateral (select actors_1.* from main_actor((films.*)::films) as actors_1) as films_main_actor_1 on true where films_main_actor_1 is not distinct from null',
    ],
    ['films?select=', 'select films.* from films'],
    [
      'films?select=id,directors(films())',
      'select films.id from films left join lateral (select  from directors as directors_1 left join lateral (select json_agg(directors_films_2)::jsonb as directors_films_2 from (select films_2.* from films as films_2 where films_2.director_id = directors_1.id) as directors_films_2) as directors_films_2 on true where directors_1.id = films.director_id) as films_directors_1 on true',
    ],
    [
      'films?select=...roles(character)&roles.order=actor_id.desc,character&roles.limit=1',
      "select coalesce(films_roles_1.character, '[]') as character from films left join lateral (select nullif(count(*), 0) as films_roles_1, json_agg(films_roles_1.character order by films_roles_1.pgrst_order_1 desc, films_roles_1.pgrst_order_2)::jsonb as character from (select roles_1.character, roles_1.actor_id as pgrst_order_1, roles_1.character as pgrst_order_2 from roles as roles_1 where roles_1.film_id = films.id limit $1) as films_roles_1) as films_roles_1 on true",
    ],
    [
      'directors?select=films(id)&films.order=meta->a',
      "select coalesce(directors_films_1.directors_films_1, '[]') as films from directors left join lateral (select json_agg(directors_films_1)::jsonb as directors_films_1 from (select films_1.id from films as films_1 where films_1.director_id = directors.id order by to_jsonb(films_1.meta)->$1) as directors_films_1) as directors_films_1 on true",
    ],
    [
      'scripts?select=film_id(colour)&film_id.colour=eq.red',
      'select row_to_json(scripts_film_id_1.*)::jsonb as film_id from scripts left join lateral (select films_1.colour from films as films_1 where films_1.id = scripts.film_id and films_1.colour = $1) as scripts_film_id_1 on true',
    ],
    [
      'people?select=id,boss_id(id,boss_id(id))',
      'select people.id, row_to_json(people_boss_id_1.*)::jsonb as boss_id from people left join lateral (select people_1.id, row_to_json(people_boss_id_2.*)::jsonb as boss_id from people as people_1 left join lateral (select people_2.id from people as people_2 where people_2.id = people_1.boss_id) as people_boss_id_2 on true where people_1.id = people.boss_id) as people_boss_id_1 on true',
    ],
    [
      'actors?select=films(title,actors(name))',
      "select coalesce(actors_films_1.actors_films_1, '[]') as films from actors left join lateral (select json_agg(actors_films_1)::jsonb as actors_films_1 from (select films.title, coalesce(films_actors_2.films_actors_2, '[]') as actors from films, roles left join lateral (select json_agg(films_actors_2)::jsonb as films_actors_2 from (select actors.name from actors, roles where roles.actor_id = actors.id and roles.film_id = films.id) as films_actors_2) as films_actors_2 on true where roles.film_id = films.id and roles.actor_id = actors.id) as actors_films_1) as actors_films_1 on true",
    ],
  ])('%s', (path, text) => {
    expect(shortText(readQuery(filmPlan(path)))).toBe(text);
  });

  it('reads the rows of a mutation under the name of their table', () => {
    const plan = filmPlan('films?select=id,directors(name)&id=eq.1&limit=1', { rows: 'changed' });
    expect(shortText(readQuery(plan))).toBe(
      'select films.id, row_to_json(films_directors_1.*)::jsonb as directors from pgrst_source as films left join lateral (select directors_1.name from directors as directors_1 where directors_1.id = films.director_id) as films_directors_1 on true',
    );
  });
});
