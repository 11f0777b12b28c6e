import { api, filmQuery, films } from '../../../test/film-plan.js';
import type { ReadPlan } from '../read-plan.js';
import { attachToEmbeds } from './attach-to-embeds.js';
import { initReadPlan } from './init-read-plan.js';
import { resolveRelationships } from './resolve-relationships.js';

function resolved(relation: string, query: string, fromSource = false, maxToManyDepth?: number): ReadPlan {
  const { queryParams } = filmQuery(query);
  const tree = initReadPlan(queryParams.select);
  const legacyNames = attachToEmbeds(tree, queryParams, true);
  const root = { relation: api(relation), fromSource, schemaName: 'api', legacyNames, maxToManyDepth };
  return resolveRelationships(tree, root, films);
}

describe('resolveRelationships', () => {
  it('names what each node reads from and how its parent is called there', () => {
    expect(resolved('films', 'select=id,directors(name,films(id))')).toMatchObject({
      from: api('films'),
      alias: undefined,
      embeds: [
        {
          from: api('directors'),
          alias: 'directors_1',
          lateralAlias: 'films_directors_1',
          parentName: api('films'),
          toOne: true,
          embeds: [
            {
              from: api('films'),
              alias: 'films_2',
              lateralAlias: 'directors_films_2',
              parentName: { schema: '', name: 'directors_1' },
              toOne: false,
            },
          ],
        },
      ],
    });
  });

  it('reads rows of a mutation or call from the source, under the name of their relation', () => {
    expect(resolved('films', 'select=directors(name)', true)).toMatchObject({
      from: { schema: '', name: 'pgrst_source' },
      alias: 'films',
      relation: api('films'),
      embeds: [{ parentName: { schema: '', name: 'films' }, lateralAlias: 'films_directors_1' }],
    });
  });

  it.each([
    ['films', 'actors(id)', undefined, 'actors'],
    ['films', 'main_actor(id)', 'actors_1', 'main_actor'],
    ['films', 'roles(id)', 'roles_1', 'roles'],
  ])('%s: %s is read as %s from %s', (relation, select, alias, from) => {
    expect(resolved(relation, `select=${select}`).embeds).toMatchObject([{ alias, from: api(from) }]);
  });

  it('finds the types of fields in the table that the embed is named by', () => {
    expect(resolved('people', 'select=people(id,zzz)&people.name=eq.x').embeds).toMatchObject([
      {
        select: [
          { field: { name: 'id', baseType: 'integer' } },
          { field: { name: 'zzz', baseType: undefined, type: undefined } },
        ],
        where: [{ kind: 'filter', field: { name: 'name', baseType: 'text' } }],
      },
    ]);
    expect(resolved('people', 'select=boss_id(id)&boss_id.name=eq.x').embeds).toMatchObject([
      {
        select: [{ field: { name: 'id', baseType: undefined } }],
        where: [{ field: { name: 'name', type: undefined } }],
      },
    ]);
  });

  it('fails for an embed that does not exist at any depth', () => {
    expect(() => resolved('films', 'select=directors(places(id))')).toThrow(
      expect.objectContaining({ code: 'PGRST200' }),
    );
  });

  it.each<[string, string, number | undefined, boolean]>([
    ['directors', 'films(directors(films(id)))', 2, true],
    ['directors', 'films(directors(films(roles(id))))', 2, false],
    ['directors', 'films(directors(...films(id)))', 1, false],
    ['films', 'directors(films(id)),roles(films(roles(id)))', 2, true],
    ['roles', 'films(directors(id))', 0, true],
    ['directors', 'films(directors(films(directors(films(id)))))', undefined, true],
  ])('of %s, %s has to-many embeds within one another, with %s allowed: %s', (relation, select, most, allowed) => {
    const plan = (): ReadPlan => resolved(relation, `select=${select}`, false, most);
    if (allowed) expect(plan).not.toThrow();
    else expect(plan).toThrow(expect.objectContaining({ code: 'PERCH203' }));
  });

  it('bounds the number of embeds, wide or deep', () => {
    const wide = (count: number): string => Array.from({ length: count }, (_, index) => `a${index}:boss_id(id)`).join();
    const deep = (count: number): string => `${'boss_id('.repeat(count)}id${')'.repeat(count)}`;
    for (const select of [wide, deep]) {
      expect(() => resolved('people', `select=${select(100)}`)).not.toThrow();
      expect(() => resolved('people', `select=${select(101)}`)).toThrow(expect.objectContaining({ code: 'PERCH200' }));
    }
  });
});
