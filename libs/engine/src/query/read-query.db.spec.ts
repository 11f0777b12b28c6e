/** Planned reads on a real PostgreSQL: what the text alone cannot show. */
import { createTestDatabase, type TestDatabase } from '../../../../tools/testing/test-database.js';
import { api, filmQuery, readConfig } from '../../test/film-plan.js';
import { createPgExecutor, type PgExecutor } from '../../test/pg-executor.js';
import { SqlError } from '../sql-executor.js';
import { planRead, type ReadInput } from '../plan/plan-read.js';
import { loadSchemaCache } from '../schema-cache/load-schema-cache.js';
import type { SchemaCache } from '../schema-cache/schema-cache.js';
import { countQuery } from './count-sql.js';
import { readQuery } from './read-query.js';
import { compile, sql } from './sql.js';

const long = 'l'.repeat(60);

const ddl = `
create schema api;
create domain api.colour as int;
create function api.colour_to_json(api.colour) returns json language sql immutable as $$ select to_json('#' || $1::int) $$;
create function api.colour_from_text(text) returns api.colour language sql immutable as $$ select replace($1, '#', '')::int::api.colour $$;
create cast (api.colour as json) with function api.colour_to_json(api.colour) as implicit;
create cast (text as api.colour) with function api.colour_from_text(text) as implicit;
create table api.directors (id int primary key, name text);
create table api.films (id int primary key, title text, director_id int references api.directors, meta jsonb, raw json,
  words tsvector, colour api.colour, "we""ird" text);
create table api.actors (id int primary key, name text);
create table api.roles (film_id int references api.films, actor_id int references api.actors, part text, primary key (film_id, actor_id));
create table api.${long} (id int primary key, a_id int constraint ${long}_a references api.directors, b_id int constraint ${long}_b references api.directors);
create function api.remakes(api.films) returns setof api.films language sql stable as $$ select * from api.films where title = $1.title and id <> $1.id $$;
create function api.shout(api.films) returns text language sql stable as $$ select upper($1.title) $$;
insert into api.directors values (1, 'Ann'), (2, 'Bo');
insert into api.films values
  (1, 'Sea', 1, '{"a":{"b":[5,6]},"k":"v"}', '{"x":1,"x":2}', to_tsvector('english', 'ships sail'), 255, 'w'),
  (2, 'Sea', 2, '{"k":"w"}', null, null, null, null),
  (3, 'Sky', null, null, null, null, 1, null);
insert into api.actors values (1, 'Cy'), (2, 'Di');
insert into api.roles values (1, 1, 'captain'), (1, 2, 'cook'), (2, 1, 'mate');
insert into api.${long} values (1, 1, 2);
`;

let database: TestDatabase;
let executor: PgExecutor;
let schema: SchemaCache;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(ddl);
  executor = await createPgExecutor(database.url);
  schema = await loadSchemaCache(executor, { schemas: ['api'] });
});

afterAll(async () => {
  await executor?.close();
  await database?.drop();
});

const searchPath = compile(sql`select set_config('search_path', 'api', true)`);

async function rows(path: string, more: Partial<ReadInput> = {}, source = sql``): Promise<unknown> {
  const [relation = '', query = ''] = path.split('?');
  const plan = planRead({
    request: filmQuery(query),
    schema,
    config: readConfig,
    relation: api(relation),
    rows: 'relation',
    ...more,
  });
  const statement = compile(sql`${source}select coalesce(json_agg("_p"), '[]') from (${readQuery(plan)}) "_p"`);
  const [, result] = await executor.submit({ statements: [searchPath, statement] });
  return JSON.parse(result?.rows[0]?.[0] ?? 'null');
}

async function count(path: string): Promise<string | null | undefined> {
  const [relation = '', query = ''] = path.split('?');
  const plan = planRead({
    request: filmQuery(query),
    schema,
    config: readConfig,
    relation: api(relation),
    rows: 'relation',
  });
  const [result] = await executor.submit({
    statements: [compile(sql`select count(*) from (${countQuery(plan)}) "_p"`)],
  });
  return result?.rows[0]?.[0];
}

describe('a planned read', () => {
  it.each<[string, unknown]>([
    ['films?select=id,meta->a->b->1&id=eq.1', [{ id: 1, b: 6 }]],
    ['films?select=id&meta->>k=in.(v,x)', [{ id: 1 }]],
    ['films?select=id&words=fts(english).ship', [{ id: 1 }]],
    ['films?select=id&title=plfts(english).seas&order=id', [{ id: 1 }, { id: 2 }]],
    ['films?select=id,colour&colour=in.(#255,#9)', [{ id: 1, colour: '#255' }]],
    ['films?select=colour,count()&order=colour.nullslast&limit=1', [{ colour: '#1', count: 1 }]],
    ['films?select=shout&shout=like.S*Y', [{ shout: 'SKY' }]],
    ['films?select=id,"x y":"we\\"ird"&id=eq.1', [{ id: 1, 'x y': 'w' }]],
    [
      'films?select=id,directors(name)&order=directors(name).desc.nullslast&limit=1',
      [{ id: 2, directors: { name: 'Bo' } }],
    ],
    [
      'films?select=id,roles(count)&order=id',
      [
        { id: 1, roles: [{ count: 2 }] },
        { id: 2, roles: [{ count: 1 }] },
        { id: 3, roles: [{ count: 0 }] },
      ],
    ],
    ['films?select=id,...actors(who:name)&actors.order=name.desc&id=eq.1', [{ id: 1, who: ['Di', 'Cy'] }]],
    ['films?select=id,...actors()&actors=is.null', [{ id: 3 }]],
    ['films?select=id,directors()&directors=is.null', [{ id: 3 }]],
    ['films?select=id,remakes(id)&id=eq.1', [{ id: 1, remakes: [{ id: 2 }] }]],
    [
      'directors?select=name,...films(titles:title,...actors(who:name))&films.actors.order=id&id=eq.1',
      [{ name: 'Ann', titles: ['Sea'], who: [['Cy', 'Di']] }],
    ],
    [
      'films?select=title,...directors(n:count())&order=title',
      [
        { title: 'Sea', n: 2 },
        { title: 'Sky', n: 0 },
      ],
    ],
  ])('%s', async (path, expected) => {
    expect(await rows(path)).toMatchObject(expected as object);
  });

  it('keeps long names of embeds apart', async () => {
    expect(await rows(`${long}?select=${long}_a(name),${long}_b(id)`)).toHaveLength(1);
  });

  it('embeds rows of a CTE as rows of their table', async () => {
    const source = sql`with pgrst_source as (select * from api.films where id = 2) `;
    expect(await rows('films?select=id,remakes(id),directors(name)&id=eq.7', { rows: 'changed' }, source)).toEqual([
      { id: 2, remakes: [{ id: 1 }], directors: { name: 'Bo' } },
    ]);
  });

  it.each([
    ['films', '3'],
    ['films?select=id,actors!inner(id)&limit=1', '2'],
    ['films?select=id,actors!inner(id)&actors.name=eq.Di', '1'],
    ['films?select=id,actors()&actors=is.null', '1'],
    ['films?select=id,remakes!inner()', '2'],
    ['directors?select=id,films!inner(id,actors!inner())&films.actors.id=eq.2', '1'],
  ])('of %s counts %s', async (path, expected) => {
    expect(await count(path)).toBe(expected);
  });

  it.each([
    ["films?select=id&title=eq.' or true --", []],
    ['films?select=id&title=eq.$1', []],
    [`films?select=id&meta->>k'||(select 1)||'=eq.v`, []],
    ['films?select=id&id=in.(1);drop table api.films', undefined],
  ])('takes %s for a value', async (path, expected) => {
    const got = await rows(path).catch((error: unknown) => error);
    if (expected !== undefined) expect(got).toEqual(expected);
    else expect(got).not.toBeInstanceOf(SqlError);
    expect(await count('films')).toBe('3');
  });

  it.each([
    ['films?select=zzz', '42703', 'column films.zzz does not exist'],
    ['films?select=id&zzz=eq.1', '42703', 'column films.zzz does not exist'],
    ['films?select=directors(zzz)', '42703', 'column directors_1.zzz does not exist'],
    ['films?select=actors(zzz)', '42703', 'column actors.zzz does not exist'],
    ['films?select=remakes(zzz)', '42703', 'column films_1.zzz does not exist'],
    ['films?select=id::nosuch', '42704', 'type "nosuch" does not exist'],
    ['films?select=id&id=like.x', '42883', 'operator does not exist: integer ~~ unknown'],
    [
      'films?select=actors(id),actors(name)',
      '42803',
      'aggregate functions are not allowed in FROM clause of their own query level',
    ],
    ['films?id=eq.x', '22P02', 'invalid input syntax for type integer: "x"'],
  ])('%s fails as PostgREST does', async (path, code, message) => {
    await expect(rows(path)).rejects.toMatchObject({ fields: { code, message } });
  });
});
