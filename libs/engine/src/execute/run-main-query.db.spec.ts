/** Writes, calls and settings on a real PostgreSQL: what is kept, what is undone, what a request's SQL sees. */
import { randomBytes } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../../../../tools/testing/test-database.js';
import { createApi, type Api, type Sent } from '../../test/api-walk.js';
import { createPgExecutor, type PgExecutor } from '../../test/pg-executor.js';
import { loadSchemaCache } from '../schema-cache/load-schema-cache.js';
import { SchemaMovedError } from './schema-moved.js';

const suffix = randomBytes(4).toString('hex');
const reader = `reader_${suffix}`;
const slow = `slow_${suffix}`;
const boss = `boss_${suffix}`;

const ddl = `
create role ${reader} nologin;
create role ${slow} nologin;
create role ${boss} nologin;
alter role ${slow} set statement_timeout = '41s';
alter role ${slow} set default_transaction_isolation = 'repeatable read';
create schema api;
create table api.notes (id int primary key, title text default 'untitled', owner text default current_setting('request.jwt.claims')::json ->> 'sub');
create table api.pairs (a int, b text, primary key (a, b));
create table api.late (id int primary key, note_id int references api.notes deferrable initially deferred);
insert into api.notes values (1, 'one', 'ann'), (2, 'two', 'bob');
create function api.setting(name text) returns text language sql stable as $$ select current_setting(name, true) $$;
create function api.limited() returns json language sql stable set statement_timeout = '23s' set work_mem = '5MB'
  as $$ select json_build_object('timeout', current_setting('statement_timeout'), 'work_mem', current_setting('work_mem')) $$;
create function api.me() returns json language sql stable as $$ select json_build_object('user', current_user, 'isolation', current_setting('transaction_isolation'), 'read_only', current_setting('transaction_read_only')) $$;
create function api.drop_notes(below int) returns setof api.notes language sql volatile as $$ delete from api.notes where id < below returning * $$;
create function api.before() returns void language plpgsql as $$ begin
  if current_setting('request.headers')::json ->> 'x-refuse' is not null then raise sqlstate 'PT403' using message = 'Refused'; end if;
  perform set_config('response.headers', '[{"X-Before":"' || current_setting('request.method') || '"}]', true);
end $$;
create function api.answer(status text) returns text language plpgsql stable as $$ begin perform set_config('response.status', status, true); return 'x'; end $$;
create function api.echo(bytea) returns text language sql stable as $$ select encode($1, 'hex') $$;
create domain api."application/octet-stream" as bytea;
create function api.bytes(size int) returns api."application/octet-stream" language sql immutable as $$ select convert_to(repeat('x', size), 'UTF8') $$;
create function api.total(variadic ns int[]) returns int language sql immutable as $$ select sum(n)::int from unnest(ns) n $$;
grant usage on schema api to ${reader}, ${slow};
grant all on all tables in schema api to ${reader}, ${slow};
create schema perch;
create table perch.schema_bump (r bigint, n bigint);
insert into perch.schema_bump values (5, 1), (9, 2);
grant usage on schema perch to public;
grant select on perch.schema_bump to public;
`;

let database: TestDatabase;
let executor: PgExecutor;
let api: Api;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(ddl);
  executor = await createPgExecutor(database.url);
  api = createApi(executor, await loadSchemaCache(executor, { schemas: ['api'] }), reader);
});

afterAll(async () => {
  await executor?.close();
  await database?.query(`drop owned by ${reader}, ${slow}, ${boss}; drop role ${reader}, ${slow}, ${boss}`);
  await database?.drop();
});

const representation = { Prefer: 'return=representation' };
const lowered = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
const prefer = (text: string) => lowered({ Prefer: text });

async function titles(): Promise<string> {
  const { rows } = await database.query(`select string_agg(title, ',' order by id) as all from api.notes`);
  return String(rows[0]?.all);
}

describe('what is written', () => {
  it('is kept, told and located', async () => {
    const sent = { headers: prefer('return=headers-only'), body: { a: 3, b: 'x y/é' } };
    expect(await api('POST', '/pairs', sent)).toEqual(
      expect.objectContaining({
        status: 201,
        headers: expect.objectContaining({ location: '/pairs?a=eq.3&b=eq.x%20y%2F%C3%A9', 'content-range': '*/*' }),
        body: '',
      }),
    );
    expect((await database.query('select * from api.pairs')).rows).toEqual([{ a: 3, b: 'x y/é' }]);
  });

  it('takes defaults from the table and from the token', async () => {
    const { body } = await api('POST', '/notes?columns=id,title,owner', {
      headers: prefer('return=representation, missing=default, tx=rollback'),
      body: [{ id: 7 }, { id: 8, title: null }],
    });
    expect(body).toEqual([
      { id: 7, title: 'untitled', owner: 'ann' },
      { id: 8, title: null, owner: 'ann' },
    ]);
  });

  it.each([
    [[{ id: 1, title: 'm' }], 200],
    [
      [
        { id: 1, title: 'm' },
        { id: 9, title: 'n' },
      ],
      201,
    ],
  ])('merged %j answers %i', async (body, status) => {
    const headers = prefer('resolution=merge-duplicates, tx=rollback');
    expect((await api('POST', '/notes', { headers, body })).status).toBe(status);
  });

  it('is undone when the client asks for it', async () => {
    const headers = prefer('return=representation, tx=rollback');
    const { status, body } = await api('PATCH', '/notes?id=eq.1', { headers, body: { title: 'changed' } });
    expect([status, body]).toEqual([200, [{ id: 1, title: 'changed', owner: 'ann' }]]);
    expect(await titles()).toBe('one,two');
  });

  it('shows what is deferred before it is undone', async () => {
    const sent = { headers: prefer('tx=rollback'), body: { id: 1, note_id: 99 } };
    expect(await api('POST', '/late', sent)).toEqual(expect.objectContaining({ status: 409 }));
  });
});

describe('a result that breaks its condition is undone', () => {
  it.each([
    [
      'PATCH',
      '/notes',
      { headers: { accept: 'application/vnd.pgrst.object+json' }, body: { title: 'x' } },
      'PGRST116',
      'The result contains 2 rows',
    ],
    [
      'DELETE',
      '/notes',
      { headers: prefer('handling=strict, max-affected=1') },
      'PGRST124',
      'The query affects 2 rows',
    ],
    ['PUT', '/notes?id=eq.1', { body: { id: 2, title: 'x' } }, 'PGRST115', null],
    [
      'POST',
      '/rpc/drop_notes',
      { headers: prefer('handling=strict, max-affected=1'), body: { below: 3 } },
      'PGRST124',
      'The query affects 2 rows',
    ],
  ])('%s %s %j: %s', async (method, target, sent, code, details) => {
    expect((await api(method, target, sent)).body).toEqual(expect.objectContaining({ code, details }));
    expect(await titles()).toBe('one,two');
  });
});

describe('a body of bounded length', () => {
  const all = '[{"id":1,"title":"one","owner":"ann"}, \n {"id":2,"title":"two","owner":"bob"}]';
  const csv = 'id,title,owner\n1,one,ann\n2,two,bob';
  const bytes = `/rpc/bytes?size=${1000}`;
  const octets = { accept: 'application/octet-stream' };
  it.each<[string, string, Sent, number]>([
    ['GET', '/notes?order=id', {}, all.length],
    ['GET', '/notes?order=id', { headers: { accept: 'text/csv' } }, csv.length],
    ['GET', '/rpc/setting?name=request.method', {}, '"GET"'.length],
    ['GET', bytes, { headers: octets }, 1000],
    ['PATCH', '/notes?order=id', { headers: prefer('return=representation, tx=rollback'), body: {} }, '[]'.length],
    [
      'PATCH',
      '/notes?id=eq.1',
      { headers: prefer('return=representation'), body: { title: 'one' } },
      '[{"id":1,"title":"one","owner":"ann"}]'.length,
    ],
  ])('%s %s %j: at most %i bytes', async (method, target, sent, size) => {
    const config = (maxResponseBytes: number) => ({ ...sent, config: { maxResponseBytes } });
    expect((await api(method, target, config(size))).status).toBe(200);
    expect(await api(method, target, config(size - 1))).toMatchObject({ status: 400, body: { code: 'PERCH201' } });
  });

  it('that is longer is not made of what is kept, and does not count where none is sent', async () => {
    const config = { maxResponseBytes: 5 };
    const sent = { headers: prefer('return=representation'), body: { title: 'x' }, config };
    expect((await api('PATCH', '/notes', sent)).status).toBe(400);
    expect(await titles()).toBe('one,two');
    expect((await api('PATCH', '/notes?id=eq.7', { body: { title: 'x' }, config })).status).toBe(204);
  });
});

describe("a request's SQL", () => {
  it.each([
    ['request.method', {}, 'GET'],
    ['request.path', {}, '/rpc/setting'],
    ['request.jwt.claims', {}, '{"sub":"ann"}'],
    ['request.headers', { headers: { 'x-a': '"q"' } }, '{"x-a":"\\"q\\""}'],
    ['request.cookies', { headers: { cookie: 'a=1; b=2' } }, '{"a":"1","b":"2"}'],
    ['search_path', { config: { extraSearchPath: ['Odd "One"'] } }, '"api", "Odd ""One"""'],
    ['app.settings.x', { config: { appSettings: { x: 'y' } } }, 'y'],
    ['TimeZone', { headers: prefer('timezone=Asia/Tokyo') }, 'Asia/Tokyo'],
    ['statement_timeout', { config: { statementTimeoutMs: 12_000 } }, '12s'],
    ['statement_timeout', { role: slow }, '41s'],
    ['statement_timeout', { role: slow, config: { inDatabaseConfig: false } }, '0'],
  ])('sees %s with %j', async (name, sent, value) => {
    expect((await api('GET', `/rpc/setting?name=${name}`, sent)).body).toBe(value);
  });

  it("has the role's isolation, and may only read by GET", async () => {
    const { body } = await api('GET', '/rpc/me', { role: slow });
    expect(body).toEqual({ user: slow, isolation: 'repeatable read', read_only: 'on' });
  });

  it('has the hoisted settings of the function, and the others inside it', async () => {
    const config = { hoistedTxSettings: ['statement_timeout'] };
    expect((await api('POST', '/rpc/limited', { config, role: slow })).body).toEqual({
      timeout: '23s',
      work_mem: '5MB',
    });
  });

  it('leaves no setting behind', async () => {
    await api('GET', '/rpc/setting?name=x', { headers: { 'x-a': '1' } });
    const [result] = await executor.submit({
      statements: [
        { text: `select current_user = session_user, current_setting('request.headers', true)`, values: [] },
      ],
    });
    expect(result?.rows).toEqual([['t', '']]);
  });

  it('may refuse before the request, and set headers', async () => {
    const config = { preRequest: 'api.before' };
    const refused = await api('GET', '/notes', { config, headers: { 'x-refuse': '1' } });
    expect([refused.status, refused.body]).toEqual([403, expect.objectContaining({ message: 'Refused' })]);
    expect((await api('GET', '/notes', { config })).headers['x-before']).toBe('GET');
  });

  it('may choose the status', async () => {
    expect((await api('GET', '/rpc/answer?status=418')).status).toBe(418);
    expect(await api('GET', '/rpc/answer?status=204')).toEqual(
      expect.objectContaining({
        status: 204,
        body: undefined,
        headers: expect.objectContaining({ 'content-length': '3' }),
      }),
    );
    expect((await api('GET', '/rpc/answer?status=503')).headers['retry-after']).toBe('0');
  });

  it('gets values as they are, whatever they look like', async () => {
    expect((await api('GET', '/rpc/total?ns=1&ns=2&ns=3')).body).toBe(6);
    expect((await api('GET', '/rpc/total?ns=%7B1%7D')).body).toEqual(
      expect.objectContaining({ message: 'invalid input syntax for type integer: "{1}"' }),
    );
    const hostile = `'; drop table api.notes; --`;
    const { body } = await api('POST', '/notes', {
      headers: prefer('return=representation, tx=rollback'),
      body: { id: 5, title: hostile },
    });
    expect(body).toEqual([{ id: 5, title: hostile, owner: 'ann' }]);
  });
});

describe('a role', () => {
  it.each(['postgres', 'none', 'pg_read_all_data'])('%s is refused', async (role) => {
    expect((await api('GET', '/notes', { role })).body).toEqual(
      expect.objectContaining({ code: '42501', message: `permission denied to set role "${role}"` }),
    );
  });

  it('is refused when it became powerful after the schema was read', async () => {
    await database.query(`grant usage on schema api to ${boss}; grant select on api.notes to ${boss}`);
    expect((await api('GET', '/notes', { role: boss })).status).toBe(200);
    await database.query(`alter role ${boss} bypassrls`);
    expect(await api('GET', '/notes', { role: boss })).toEqual(
      expect.objectContaining({
        status: 403,
        body: expect.objectContaining({ code: '42501', message: `permission denied to set role "${boss}"` }),
      }),
    );
  });

  it('is refused as a superuser, and served when it is none any more', async () => {
    await database.query(`alter role ${boss} superuser nobypassrls`);
    expect((await api('GET', '/notes', { role: boss })).status).toBe(403);
    await database.query(`alter role ${boss} nosuperuser`);
    expect((await api('GET', '/notes', { role: boss })).status).toBe(200);
  });
});

describe('a schema version', () => {
  const version = '12:3';

  it('lets the packet run while it holds', async () => {
    expect((await api('GET', '/notes', { schemaVersion: version })).status).toBe(200);
  });

  it('stops the packet before anything runs when it has moved', async () => {
    const moved = api('POST', '/notes', { schemaVersion: '12:2', headers: representation, body: { id: 50 } });
    await expect(moved).rejects.toThrow(SchemaMovedError);
    expect(await titles()).toBe('one,two');
  });

  it('has moved when the table that counts is gone', async () => {
    await database.query('alter schema perch rename to elsewhere');
    await expect(api('GET', '/notes', { schemaVersion: version })).rejects.toThrow(SchemaMovedError);
    await database.query('alter schema elsewhere rename to perch');
  });
});
