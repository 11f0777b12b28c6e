/** A proxy of a tenants file against a real database: what a user of `perch data-plane --tenants` relies on. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { createMetrics, type Observation } from '@perch/observability';
import { TenantsFileError } from '@perch/tenancy';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { loadDataPlaneConfig } from './config.js';
import { startDataPlane, type RunningDataPlane } from './start-data-plane.js';

describe('a proxy of a tenants file', () => {
  const anon = `anon_${randomBytes(4).toString('hex')}`;
  const login = `login_${randomBytes(4).toString('hex')}`;
  let database: TestDatabase;
  let directory: string;
  let file: string;
  let plane: RunningDataPlane;
  let notes: Observation[];

  const tenant = (name: string, settings: Record<string, unknown> = {}) => ({
    name,
    hostnames: ['127.0.0.1'],
    path_prefix: `/${name}`,
    database_url: database.url,
    settings: { db_anon_role: anon, ...settings },
  });
  const write = (tenants: unknown) => fs.writeFile(file, JSON.stringify(tenants));
  const start = async () => {
    const config = loadDataPlaneConfig({ tenantsFile: file, port: '0' }, {});
    const observer = { note: (note: Observation) => void notes.push(note) };
    plane = await startDataPlane(
      { ...config, adminPort: 0 },
      { observer, metrics: createMetrics({ process: 't', runtimeMetrics: false }) },
    );
  };
  const call = async (url: string, init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${plane.port}${url}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  };
  const until = async (condition: () => boolean | Promise<boolean>) => {
    for (let waited = 0; !(await condition()); waited += 10) {
      if (waited > 10_000) throw new Error(`still not: ${condition.toString()}`);
      await sleep(10);
    }
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query(
      `create role ${anon} nologin; create table notes (id int primary key, body text);
       insert into notes values (1, 'one'); grant all on notes to ${anon}; grant create on schema public to ${anon}`,
    );
  });
  afterAll(async () => {
    await database.query(`drop owned by ${anon}; drop role ${anon}`);
    await database.drop();
  }, 60_000);
  beforeEach(async () => {
    notes = [];
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'perch-plane-'));
    file = path.join(directory, 'tenants.json');
    await write([
      tenant('a'),
      tenant('small', { max_body_bytes: 20 }),
      tenant('short', { max_response_bytes: 30 }),
      tenant('flat', { max_to_many_depth: 1 }),
      tenant('deep', { max_to_many_depth: null }),
      tenant('narrow', { max_concurrent_requests: 2 }),
      tenant('slow', { rate_limit: { requests_per_second: 0.01, burst: 2 } }),
    ]);
    await start();
  });
  it.each(['true', 'false'])(
    'never answers with the headers that an earlier request set (local: %s)',
    async (local) => {
      await database.query(
        `create or replace function greet() returns text language plpgsql as $$ begin
         perform set_config('response.headers', '[{"X-Secret":"ann"}]', ${local});
         perform set_config('response.status', '203', ${local});
         return 'hello';
       end $$`,
      );
      const greeted = await call('/a/rpc/greet', { method: 'POST' });
      expect([greeted.status, greeted.headers.get('x-secret')]).toEqual([203, 'ann']);
      for (let time = 0; time < 10; time += 1) {
        const { status, headers } = await call('/a/notes');
        expect([status, headers.get('x-secret')]).toEqual([200, null]);
      }
    },
  );

  afterEach(async () => {
    await plane.stop();
    await fs.rm(directory, { recursive: true });
  });

  it('serves rows, and says when it is ready', async () => {
    expect(await call('/a/notes')).toMatchObject({ status: 200, body: [{ id: 1, body: 'one' }] });
    expect((await fetch(`http://127.0.0.1:${plane.adminPort}/ready`)).status).toBe(200);
  });

  it.each<[string, RequestInit, number, string]>([
    ['/nobody/notes', {}, 404, 'PERCH001'],
    ['/', {}, 404, 'PERCH001'],
    ['/a/nothing', {}, 404, 'PGRST205'],
    ['/a/notes?id=eq.%ff', {}, 400, 'PERCH100'],
    ['/a/notes', { headers: { 'X-Odd': '\xff' } }, 400, 'PERCH100'],
    ['/a/notes', { headers: { Cookie: 'a=\xff' } }, 400, 'PERCH100'],
    ['/a/notes?id=eq.1...', {}, 414, 'PERCH101'],
    ['/small/notes', { method: 'POST', body: '{"id":2,"body":"too long"}' }, 413, 'PERCH103'],
    ['/a/notes', { headers: { Authorization: 'Bearer x.y.z' } }, 500, 'PGRST300'],
  ])('refuses %s %j with %i %s', async (url, init, status, code) => {
    const response = await call(url.replace('...', '1'.repeat(70_000)), init);
    expect(response).toMatchObject({ status, body: { code } });
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('refuses what exceeds the rate of a data API, and says when to come back', async () => {
    const first = await call('/slow/notes');
    expect(first.status).toBe(200);
    expect(first.headers.get('ratelimit-policy')).toBe('"requests";q=2;w=200');
    expect(first.headers.get('ratelimit')).toBe('"requests";r=1;t=100');
    expect((await call('/slow/nothing')).headers.get('ratelimit')).toBe('"requests";r=0;t=200');
    const refused = await call('/slow/notes');
    expect(refused).toMatchObject({ status: 429, body: { code: 'PERCH005' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    const { status, headers } = await call('/a/notes');
    expect([status, headers.get('ratelimit')]).toEqual([200, null]);
  });

  it('refuses what is too much at the same time, and takes it when some has ended, however that ended', async () => {
    await database.query(
      `create or replace function doze(seconds int) returns int language sql volatile as $$ select 1 / seconds from pg_sleep(seconds) $$`,
    );
    const doze = (seconds: number, init: RequestInit = {}) => call(`/narrow/rpc/doze?seconds=${seconds}`, init);
    for (let i = 0; i < 3; i += 1) expect((await doze(0)).status).toBe(400);
    const dozing = async () => {
      const { rows } = await database.query(
        `select count(*)::int as n from pg_stat_activity where query like '%doze%' and state = 'active' and pid <> pg_backend_pid()`,
      );
      return rows[0].n as number;
    };
    const controller = new AbortController();
    const gone = [1, 2].map(() => doze(60, { signal: controller.signal }).catch(() => 'gone'));
    await until(async () => (await dozing()) === 2);
    const refused = await call('/narrow/notes');
    expect(refused).toMatchObject({ status: 429, body: { code: 'PERCH006' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await call('/a/notes')).status).toBe(200);
    controller.abort();
    expect(await Promise.all(gone)).toEqual(['gone', 'gone']);
    await until(async () => (await call('/narrow/notes')).status === 200);
  });

  it('keeps bodies that never end from taking the memory of the others', async () => {
    await plane.stop();
    // So little that a data API may hold 64 MiB.
    const memory = jest.spyOn(process, 'constrainedMemory').mockReturnValue(1);
    await start();
    memory.mockRestore();
    const sockets = Array.from({ length: 12 }, () => net.connect(plane.port, '127.0.0.1'));
    const answers = sockets.map(
      (socket) => new Promise<string>((resolve) => socket.once('data', (data) => resolve(`${data}`))),
    );
    for (const socket of sockets) {
      socket.write(
        'POST /a/notes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n',
      );
      socket.write(Buffer.alloc(6_000_000, ' '));
    }
    expect(await Promise.race(answers)).toMatch(/^HTTP\/1.1 429 [^]*Retry-After: 1\r\n[^]*"code":"PERCH007"/);
    expect((await call('/narrow/notes')).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    const body = JSON.stringify({ id: 9, body: 'x'.repeat(9_000_000) });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    await until(async () => (await call('/a/notes', init)).status === 201);
    await database.query('delete from notes where id = 9');
  });

  it('bounds to-many embeds within one another: by twelve, by what the tenant says, or not at all', async () => {
    await database.query(
      `create or replace function again(notes) returns setof notes language sql stable as 'select * from notes'`,
    );
    const nested = (depth: number) => `/notes?select=id${',again(id'.repeat(depth)}${')'.repeat(depth)}`;
    const answers = ['/a 12', '/a 13', '/flat 1', '/flat 2', '/deep 13'].map(async (wanted) => {
      const [tenantPath, depth] = wanted.split(' ');
      const { status, body } = await call(`${tenantPath}${nested(Number(depth))}`);
      return [wanted, status, status === 200 ? 'rows' : body.code];
    });
    expect(await Promise.all(answers)).toEqual([
      ['/a 12', 200, 'rows'],
      ['/a 13', 400, 'PERCH203'],
      ['/flat 1', 200, 'rows'],
      ['/flat 2', 400, 'PERCH203'],
      ['/deep 13', 200, 'rows'],
    ]);
  });

  it('sends no body that is longer than the data API allows, nor any part of it', async () => {
    expect((await call('/short/notes')).body).toEqual([{ id: 1, body: 'one' }]);
    const refused = { status: 400, body: { code: 'PERCH201' } };
    expect(await call('/short/notes?select=id,body,again:body')).toMatchObject(refused);
    // The document of the API is made by the proxy itself.
    expect(await call('/short/')).toMatchObject(refused);
  });

  it('lets a browser read its refusals', async () => {
    for (const url of ['/nobody/x', '/a/nothing'])
      expect(
        (await call(url, { headers: { Origin: 'http://o.example' } })).headers.get('access-control-allow-origin'),
      ).toBe('*');
  });

  it('finds at once what was created, renamed or dropped a moment ago', async () => {
    expect((await call('/a/fresh')).status).toBe(404);
    await database.query(`create table fresh (id int); insert into fresh values (7); grant select on fresh to ${anon}`);
    expect(await call('/a/fresh')).toMatchObject({ status: 200, body: [{ id: 7 }] });
    await database.query('alter table fresh rename column id to number');
    expect(await call('/a/fresh?select=number')).toMatchObject({ status: 200, body: [{ number: 7 }] });
    expect(await call('/a/fresh?number=eq.7')).toMatchObject({ status: 200 });
    await database.query(`create function hello() returns text language sql as $$ select 'hi' $$`);
    expect(await call('/a/rpc/hello')).toMatchObject({ status: 200, body: 'hi' });
    await database.query('drop table fresh; drop function hello()');
    expect((await call('/a/fresh')).status).toBe(404);
    expect((await call('/a/rpc/hello')).status).toBe(404);
  });

  describe('with a channel', () => {
    const listening = async () => {
      const { rows } = await database.query(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and query ilike 'listen%'`,
      );
      return rows[0].n as number;
    };
    const maxRows = (value: string) => database.query(`alter role ${login} set pgrst.db_max_rows = '${value}'`);
    let ofLogin: string;

    beforeAll(async () => {
      await database.query(`create role ${login} login noinherit password 'p'; grant ${anon} to ${login};
        create table many as select n from generate_series(1, 5) n; grant select on many to ${anon}`);
      const url = new URL(database.url);
      url.username = login;
      url.password = 'p';
      ofLogin = url.href;
    });
    afterAll(() => database.query(`drop owned by ${login}; drop role ${login}`));

    it('has the configuration of its database, and takes over another one when told', async () => {
      await maxRows('2');
      await write([
        { ...tenant('a', { db_config: true, db_channel_enabled: true, db_channel: 'app' }), database_url: ofLogin },
      ]);
      await until(async () => (await call('/a/many')).body?.length === 2);
      await until(async () => (await listening()) === 1);
      await maxRows('3');
      expect((await call('/a/many')).body).toHaveLength(2);
      await database.query(`notify app, 'something else'`);
      await database.query(`notify app, 'reload config'`);
      await until(async () => (await call('/a/many')).body.length === 3);

      await database.query(`alter role ${login} set pgrst.db_anon_role = 'nobody_at_all'`);
      await database.query('notify app');
      await until(async () => (await call('/a/many')).status === 401);
    });

    it('reads a schema again that it cannot see to have moved, and listens no longer than it should', async () => {
      const settings = { db_channel_enabled: true };
      await write([{ ...tenant('a', settings), database_url: ofLogin }]);
      await until(async () => (await call('/a/many')).status === 200 && (await listening()) === 1);
      await database.query(
        `drop view if exists shown; create view shown as select 1 as one; grant select on shown to ${anon}`,
      );
      expect(await call('/a/shown')).toMatchObject({ body: [{ one: 1 }] });
      notes.length = 0;
      await database.query(`notify pgrst, 'reload schema'`);
      await until(() => notes.some((note) => note.kind === 'schema-cache-loaded' && note.why === 'told to'));
      await write([{ ...tenant('a'), database_url: ofLogin }]);
      await until(async () => (await listening()) === 0);
    });
  });

  it("runs a request under its role's settings, unless the configuration says that roles have none", async () => {
    await database.query(
      `create or replace function setting(name text) returns text language sql stable as 'select current_setting(name)';
       alter role ${anon} set statement_timeout = '41s';
       alter role ${anon} set default_transaction_isolation = 'repeatable read';
       alter role ${anon} set work_mem = '5MB';
       alter role ${anon} set log_min_duration_statement = 5`,
    );
    await write([tenant('on', { statement_timeout_ms: 7000 }), tenant('off', { db_config: false })]);
    await until(async () => (await call('/on/rpc/setting?name=work_mem')).status === 200);
    const of = (name: string) =>
      Promise.all(['on', 'off'].map(async (at) => (await call(`/${at}/rpc/setting?name=${name}`)).body));
    expect(await of('statement_timeout')).toEqual(['41s', '0']);
    expect(await of('transaction_isolation')).toEqual(['repeatable read', 'read committed']);
    expect((await of('work_mem'))[0]).toBe('5MB');
    expect((await of('work_mem'))[1]).not.toBe('5MB');
    await database.query(`alter role ${anon} reset all; alter role ${anon} set statement_timeout = '50ms';
      create or replace function doze() returns void language sql as 'select pg_sleep(20)'`);
    await write([tenant('again')]);
    await until(async () => (await call('/again/rpc/doze', { method: 'POST' })).status === 500);
    expect(await call('/again/rpc/doze', { method: 'POST' })).toMatchObject({ status: 500, body: { code: '57014' } });
    await database.query(`alter role ${anon} reset all`);
  });

  it('cancels the statement of a client that goes away', async () => {
    await database.query(
      `create or replace function nap() returns void language sql volatile as $$ select pg_sleep(30) $$`,
    );
    const napping = async () => {
      const { rows } = await database.query(
        `select count(*)::int as n from pg_stat_activity where query like '%nap%' and state = 'active' and pid <> pg_backend_pid()`,
      );
      return rows[0].n as number;
    };
    const controller = new AbortController();
    const gone = call('/a/rpc/nap', { method: 'POST', signal: controller.signal }).catch(() => 'gone');
    await until(async () => (await napping()) === 1);
    controller.abort();
    expect(await gone).toBe('gone');
    await until(async () => (await napping()) === 0);
    expect((await call('/a/notes')).status).toBe(200);
    expect(notes).toContainEqual(expect.objectContaining({ kind: 'request', status: 499 }));
  });

  it('takes over a new file without a restart, and keeps the old one when the new one is bad', async () => {
    await write([tenant('b')]);
    await until(async () => (await call('/b/notes')).status === 200);
    expect((await call('/a/notes')).status).toBe(404);
    await write([{ ...tenant('c'), settings: { nonsense: 1 } }]);
    await until(() => notes.some(({ kind }) => kind === 'tenants-file-refused'));
    expect((await call('/b/notes')).status).toBe(200);
    await write([tenant('b', { db_anon_role: null })]);
    await until(async () => (await call('/b/notes')).status === 401);
  });

  it('does not start with a bad file, and leaves nothing behind', async () => {
    const { port } = plane;
    await plane.stop();
    await write([{ name: 'x' }]);
    await expect(start()).rejects.toBeInstanceOf(TenantsFileError);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    await write([tenant('a')]);
    await start();
  });

  it('ends every request it has taken before it stops', async () => {
    await database.query(
      `create or replace function short_nap() returns text language sql volatile as $$ select pg_sleep(0.3); select 'slept' $$`,
    );
    const sleeping = Array.from({ length: 5 }, () => call('/a/rpc/short_nap', { method: 'POST' }));
    await until(() => notes.some((note) => note.kind === 'tenant-lookup' || note.kind === 'schema-cache-loaded'));
    await sleep(50);
    await plane.stop();
    for (const { status, body } of await Promise.all(sleeping)) expect([status, body]).toEqual([200, 'slept']);
    const refused = await new Promise<string | undefined>((resolve) => {
      net
        .connect(plane.port, '127.0.0.1')
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
        .on('connect', () => resolve('connected'));
    });
    expect(refused).toBe('ECONNREFUSED');
    expect(notes).toContainEqual({ kind: 'process-stopped', process: 'data-plane', abandonedRequests: 0 });
  });
});
