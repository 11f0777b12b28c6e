/** GeoJSON of a real PostGIS. The embedded PostgreSQL has none: this runs on a server of `PERCH_TEST_POSTGRES_URL` that has it. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { testPostgresUrl } from '../../../../tools/testing/test-database.js';
import type { Api, Sent } from '../../test/api-walk.js';
import { createDatabaseApi, type DatabaseApi } from '../../test/database-api.js';

const role = `walker_${randomBytes(4).toString('hex')}`;

const ddl = `
create role ${role} nologin;
create schema extensions;
create extension postgis schema extensions;
create schema api;
set search_path = api, extensions;
create table shops (id int primary key, name text, at geometry (point, 4326));
create table doors (id int primary key, shop_id int references shops, at geometry (point, 4326));
create table plain (id int primary key);
insert into shops values (1, 'one', 'SRID=4326;POINT(1 2)'), (2, 'two', null);
insert into doors values (1, 1, 'SRID=4326;POINT(3 4)');
insert into plain values (1);
create function shop(no int) returns shops language sql stable as 'select * from api.shops where id = no';
create function place(no int) returns geometry language sql stable as 'select at from api.shops where id = no';
grant usage on schema api, extensions to ${role};
grant all on all tables in schema api to ${role};
`;

async function hasPostgis(): Promise<boolean> {
  const client = new pg.Client({ connectionString: testPostgresUrl() });
  await client.connect();
  const { rowCount } = await client.query(`select from pg_available_extensions where name = 'postgis'`);
  await client.end();
  return rowCount === 1;
}

const present = await hasPostgis();

(present ? describe : describe.skip)(`GeoJSON${present ? '' : ' (skipped: this PostgreSQL has no PostGIS)'}`, () => {
  let own: DatabaseApi;

  beforeAll(async () => {
    own = await createDatabaseApi(ddl, [role]);
  });
  afterAll(() => own?.close());

  const api: Api = (...sent) => own.api(...sent);
  const config = { extraSearchPath: ['extensions'] };
  const accept = 'application/geo+json';
  const point = (...coordinates: number[]) => ({ type: 'Point', coordinates });
  const feature = (geometry: unknown, properties: object) => ({ type: 'Feature', geometry, properties });
  const shown = { headers: { accept, prefer: 'return=representation, tx=rollback' } };
  const nowhere = { type: null };
  const embedded = { ...point(3, 4), crs: { type: 'name', properties: { name: 'EPSG:4326' } } };

  it.each<[string, string, Sent, readonly unknown[]]>([
    ['GET', '/shops?id=eq.1', {}, [feature(point(1, 2), { id: 1, name: 'one' })]],
    ['GET', '/shops?select=at,n:name&id=eq.2', {}, [feature(nowhere, { n: 'two' })]],
    ['GET', '/shops?id=eq.9', {}, []],
    ['GET', '/shops?select=at,doors(at)&id=eq.1', {}, [feature(point(1, 2), { doors: [{ at: embedded }] })]],
    ['GET', '/doors?select=id,...shops(at)', {}, [feature(point(1, 2), { id: 1 })]],
    ['GET', '/rpc/shop?no=1&select=at', {}, [feature(point(1, 2), {})]],
    ['GET', '/rpc/place?no=1', {}, [feature(point(1, 2), {})]],
    ['POST', '/shops', { ...shown, body: { id: 3, at: point(5, 6) } }, [feature(point(5, 6), { id: 3, name: null })]],
    ['PATCH', '/shops?id=eq.9', { ...shown, body: { name: 'x' } }, []],
    ['DELETE', '/doors', shown, [feature(point(3, 4), { id: 1, shop_id: 1 })]],
  ])('%s %s %j', async (method, target, sent, features) => {
    const answer = await api(method, target, { headers: { accept }, ...sent, config });
    expect(answer.headers['content-type']).toBe('application/geo+json; charset=utf-8');
    expect(answer.body).toEqual({ type: 'FeatureCollection', features });
  });

  it.each<[string, Sent, number, string]>([
    ['/plain', { config }, 400, '22023'],
    ['/shops', {}, 404, '42883'],
  ])(
    'of %s with %j is refused by PostGIS or by its absence from the search path',
    async (target, sent, status, code) => {
      expect(await api('GET', target, { headers: { accept }, ...sent })).toMatchObject({ status, body: { code } });
    },
  );
});
