import { films, api } from '../../../test/film-plan.js';
import type { Relationship } from '../../schema-cache/relationship.js';
import { findRelationship } from './find-relationship.js';

function find(origin: string, name: string, hint?: string): Relationship {
  return findRelationship(films, { origin: api(origin), targetSchema: 'api', name, hint });
}

function outline(relationship: Relationship): string {
  const { target } = relationship;
  switch (relationship.kind) {
    case 'computed':
      return `${relationship.function.name}: ${target.name}`;
    case 'many-to-many':
      return `${target.name} by ${relationship.junction.name}`;
    case 'foreign-key':
      return `${relationship.cardinality} ${target.name} by ${relationship.constraint}`;
  }
}

describe('findRelationship', () => {
  it.each([
    ['films', 'directors', undefined, 'many-to-one directors by films_director_id_fkey'],
    ['films', 'directors', 'director_id', 'many-to-one directors by films_director_id_fkey'],
    ['films', 'directors', 'id', 'many-to-one directors by films_director_id_fkey'],
    ['films', 'director_id', undefined, 'many-to-one directors by films_director_id_fkey'],
    ['films', 'films_director_id_fkey', undefined, 'many-to-one directors by films_director_id_fkey'],
    ['films', 'scripts', undefined, 'one-to-one scripts by scripts_film_id_fkey'],
    ['films', 'actors', undefined, 'actors by roles'],
    ['films', 'actors', 'roles', 'actors by roles'],
    ['films', 'main_actor', undefined, 'main_actor: actors'],
    ['films', 'main_actor', 'whatever', 'main_actor: actors'],
    ['films_brief', 'directors', undefined, 'many-to-one directors by films_director_id_fkey'],
    ['people', 'people', undefined, 'one-to-many people by people_boss_id_fkey'],
    ['people', 'people', 'boss_id', 'one-to-many people by people_boss_id_fkey'],
    ['people', 'boss_id', undefined, 'many-to-one people by people_boss_id_fkey'],
    ['trips', 'places', 'trips_to_place_fkey', 'many-to-one places by trips_to_place_fkey'],
    ['trips', 'places', 'to_place', 'many-to-one places by trips_to_place_fkey'],
    ['places', 'trips', 'from_place', 'one-to-many trips by trips_from_place_fkey'],
  ])('%s: %s!%s is %s', (origin, name, hint, expected) => {
    expect(outline(find(origin, name, hint))).toBe(expected);
  });

  it.each([
    ['films', 'zzzz', undefined, undefined],
    ['films', 'directors', 'zzz', undefined],
    ['films', 'director_id', 'films_director_id_fkey', "Perhaps you meant 'directors' instead of 'director_id'."],
    ['films', 'director', undefined, "Perhaps you meant 'directors' instead of 'director'."],
    ['people', 'people', 'people_boss_id_fkey', undefined],
    ['film', 'directors', undefined, "Perhaps you meant 'films' instead of 'film'."],
  ])('%s: %s!%s is none, hint %j', (origin, name, hint, suggestion) => {
    expect(() => find(origin, name, hint)).toThrow(expect.objectContaining({ code: 'PGRST200', hint: suggestion }));
  });

  it('lists the candidates when there are several', () => {
    expect(() => find('trips', 'places')).toThrow(
      expect.objectContaining({
        code: 'PGRST201',
        details: [
          {
            cardinality: 'many-to-one',
            embedding: 'trips with places',
            relationship: 'trips_from_place_fkey using trips(from_place) and places(id)',
          },
          {
            cardinality: 'many-to-one',
            embedding: 'trips with places',
            relationship: 'trips_to_place_fkey using trips(to_place) and places(id)',
          },
        ],
        hint: "Try changing 'places' to one of the following: 'places!trips_from_place_fkey', 'places!trips_to_place_fkey'. Find the desired relationship in the 'details' key.",
      }),
    );
  });
});
