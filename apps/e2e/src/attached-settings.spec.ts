/**
 * Promise: a database is attached as its owner has set it up. Whatever settings, names and encodings it has, and behind a
 * pooler too, it is prepared, served behind row-level security, advised on and dumped as any other; where that cannot be, an
 * error says what to do. Its owner is no superuser.
 */
import { quoteIdentifier, withClient } from '@perch/postgres';
import { createTestCluster, type TestCluster } from '../../../tools/testing/test-cluster.js';
import {
  hasPgBouncer,
  pgBouncerNote,
  startTestPgBouncer,
  type TestPgBouncer,
} from '../../../tools/testing/test-pgbouncer.js';
import { createAttacher, type AttachedApi, type Attacher } from './harness/attached.js';
import { startFleet, type Fleet } from './harness/fleet.js';
import { startIssuer, type Issuer } from './harness/issuer.js';
import { callApi, runSql } from './harness/management.js';

const NOTES = `create table public.notes (id int primary key, owner text, text text,
    at timestamptz default '2020-02-03 04:05:06+00', span interval default '1 day 2:03', f float8 default 0.1, b bytea default '\\x00ff');
  insert into public.notes values (1, 'u1', 'one'), (2, 'u2', 'two');
  create view public.odd as select text ~ '^[a-z]+\\.x$' as matches, '2020-02-03 04:05:06+00'::timestamptz as at from public.notes;
  create view public."select" as select 1 as "from";
  alter table public.notes enable row level security;
  create policy own on public.notes to authenticated
    using (owner = current_setting('request.jwt.claims', true)::json ->> 'sub')`;

describe('a database that is set up in its own way', () => {
  let metadata: TestCluster;
  let server: TestCluster;
  let pooler: TestPgBouncer;
  let issuer: Issuer;
  let fleet: Fleet;
  let attacher: Attacher;
  let expected: unknown;

  /** By the product's own reading of a URL: the driver's does not decode every name. */
  const asOwner = (url: string, sql: string) => withClient(url, (client) => client.query(sql));
  const su = (database: string, sql: string) => asOwner(server.url(database), sql);
  const dumpOf = async ({ branch }: AttachedApi, database: string) => {
    const { status, body } = await callApi(
      fleet.api,
      'GET',
      `${branch}/schema?db_name=${encodeURIComponent(database)}`,
    );
    return status === 200 ? body.sql : body;
  };
  /** A database of `owner`, whose URL is given back. */
  const make = async (owner: string, database: string, options = '') => {
    const name = quoteIdentifier(owner);
    await su('postgres', `create role ${name} login createrole password 'own'`);
    await su('postgres', `grant anonymous, authenticated to ${name} with admin option`);
    await su('postgres', `create database ${quoteIdentifier(database)} owner ${name} ${options}`);
    const url = new URL(server.url(database));
    Object.assign(url, { username: encodeURIComponent(owner), password: 'own' });
    await asOwner(url.href, NOTES);
    return url.href;
  };
  /** What can be seen of one that works. */
  const walk = async (api: AttachedApi, url: string, database: string) => {
    const { ask } = attacher;
    const columns = 'select=id,owner,text';
    const read = await ask(api, `/notes?${columns}&order=id`, { sub: 'u1' });
    const body = { id: 3, owner: 'u1', text: `a\\b'c"` };
    const written = await ask(api, `/notes?${columns}`, { sub: 'u1', method: 'POST', body });
    const found = await ask(api, `/notes?${columns}&text=eq.${encodeURIComponent(body.text)}`, { sub: 'u1' });
    await asOwner(url, 'create table public.made (id int primary key)');
    const made = await ask(api, '/made', { sub: 'u1' });
    const advised = await callApi(fleet.api, 'GET', `${api.project}/advisors`);
    const names = advised.body.issues?.map(({ name }: { name: string }) => name) ?? advised.body;
    const dump = await dumpOf(api, database);
    const owner = quoteIdentifier(decodeURIComponent(new URL(url).username)).replace(/^"([a-z_0-9]+)"$/, '$1');
    return {
      ...{ read, written, found, made },
      // That one is about what else is in the server.
      names: names.filter((name: string) => name !== 'database_open_to_other_logins'),
      dump: dump.replaceAll(`FOR ROLE ${owner} `, ''),
    };
  };

  beforeAll(async () => {
    [metadata, server, issuer] = await Promise.all([createTestCluster(), createTestCluster(), startIssuer()]);
    await runSql(metadata.url('postgres'), 'create database perch');
    await su('postgres', 'create role anonymous; create role authenticated');
    if (hasPgBouncer) pooler = await startTestPgBouncer(server.url('postgres'), 3);
    const [metadataUrl, attachTo] = [metadata.url('perch'), server.url('postgres')];
    fleet = await startFleet({ metadataUrl, attachTo, proxies: [{}] });
    attacher = createAttacher(fleet, issuer);
    const url = await make('plain_owner', 'plain');
    expected = await walk(await attacher.attach(url, 'plain'), url, 'plain');
  }, 300_000);
  afterAll(async () => {
    await fleet?.stop();
    await issuer?.close();
    await pooler?.stop();
    await Promise.all([metadata?.drop(), server?.drop()]);
  }, 60_000);

  test('the usual way is served', () => {
    const row = { id: 1, owner: 'u1', text: 'one' };
    const mine = { id: 3, owner: 'u1', text: `a\\b'c"` };
    expect(expected).toMatchObject({
      read: { status: 200, body: [row] },
      written: { status: 201, body: [mine] },
      found: { status: 200, body: [mine] },
      made: { status: 200, body: [] },
      names: expect.arrayContaining(['security_definer_view']),
      dump: expect.stringContaining('CREATE TABLE public.notes'),
    });
  });

  const formats = [
    `datestyle = 'SQL, DMY'`,
    `intervalstyle = 'sql_standard'`,
    `timezone = 'Asia/Kathmandu'`,
    'bytea_output = escape',
    'extra_float_digits = -10',
    'xmloption = document',
    'array_nulls = off',
  ];
  test.each<[string, readonly string[]]>([
    ['a search_path of its own', [`search_path = 'weird', 'pg_catalog'`]],
    ['backslashes that escape', ['standard_conforming_strings = off', 'backslash_quote = off']],
    ['formats of its own', formats],
    ['all names quoted', ['quote_all_identifiers = on', 'transform_null_equals = on']],
    [
      'serializable transactions',
      ['default_transaction_isolation = serializable', 'default_transaction_deferrable = on'],
    ],
    ['clients that speak LATIN1', ['client_encoding = LATIN1']],
    ['idle transactions cut short', ['idle_in_transaction_session_timeout = 200', 'idle_session_timeout = 5000']],
    ['function bodies unchecked', ['check_function_bodies = off']],
  ])(
    'with %s',
    async (_what, settings) => {
      const database = `set_${Math.random().toString(36).slice(2, 8)}`;
      const url = await make(`${database}_owner`, database);
      for (const setting of settings) await su('postgres', `alter database ${database} set ${setting}`);
      expect(await walk(await attacher.attach(url, database), url, database)).toEqual(expected);
    },
    90_000,
  );

  test.each([
    ['a name with blanks', 'My Shop', 'shop owner'],
    ['quotes in its name', `we"ird 'db'`, `O'wner "x"`],
    ['letters of everywhere', 'Läden-日本', 'Besitzer-ü'],
    ['marks of a URL in its name', 'a+b&c=d#e%2F', 'o@w:n/er?'],
  ])(
    'with %s',
    async (_what, database, owner) => {
      const url = await make(owner, database);
      expect(await walk(await attacher.attach(url, database), url, database)).toEqual(expected);
    },
    90_000,
  );

  test.each([
    ['LATIN1', 400, 'no equivalent in encoding'],
    ['SQL_ASCII', 201, '日本'],
  ])(
    'in %s',
    async (encoding, status, said) => {
      const database = `in_${encoding.toLowerCase()}`;
      const options = `template template0 encoding '${encoding}' lc_collate 'C' lc_ctype 'C' locale_provider libc`;
      const url = await make(`${database}_owner`, database, options);
      const api = await attacher.attach(url, database);
      expect(await walk(api, url, database)).toEqual(expected);
      const write = (id: number, text: string) =>
        attacher.ask(api, '/notes?select=text', { sub: 'u1', method: 'POST', body: { id, owner: 'u1', text } });
      expect(await write(4, 'größe')).toEqual({ status: 201, body: [{ text: 'größe' }] });
      const written = await write(5, '日本');
      expect([written.status, JSON.stringify(written.body)]).toEqual([status, expect.stringContaining(said)]);
    },
    90_000,
  );

  test('whose transactions only read unless they say otherwise: it is prepared, read and written to', async () => {
    const url = await make('reading_owner', 'reading');
    await su('postgres', 'alter database reading set default_transaction_read_only = on');
    const api = await attacher.attach(url, 'reading');
    expect(await attacher.ask(api, '/notes?select=id', { sub: 'u1' })).toEqual({ status: 200, body: [{ id: 1 }] });
    const body = { id: 9, owner: 'u1', text: 'written' };
    const written = await attacher.ask(api, '/notes?select=id', { sub: 'u1', method: 'POST', body });
    expect(written).toEqual({ status: 201, body: [{ id: 9 }] });
  }, 90_000);

  test('that turns row-level security off is refused rows, not given all of them', async () => {
    const url = await make('unguarded_owner', 'unguarded');
    await su('postgres', 'alter database unguarded set row_security = off');
    const api = await attacher.attach(url, 'unguarded');
    const answer = await attacher.ask(api, '/notes', { sub: 'u1' });
    expect(answer).toMatchObject({ status: 403, body: { code: '42501' } });
  }, 90_000);

  test('that is not its role’s: the error says what its owner has to run, and then it works', async () => {
    const url = await make('guest', 'of_another');
    await su('of_another', 'alter database of_another owner to postgres');
    const cure = 'GRANT CREATE ON DATABASE "of_another" TO "guest"';
    await expect(attacher.attach(url, 'of_another')).rejects.toThrow(cure);
    await su('of_another', cure);
    const api = await attacher.attach(url, 'of_another');
    expect(await attacher.ask(api, '/notes?select=id', { sub: 'u1' })).toEqual({ status: 200, body: [{ id: 1 }] });
  }, 90_000);

  test('with a schema of somebody else: the report has the statement that lets requests in', async () => {
    const url = await make('tenant', 'of_two');
    await su(
      'of_two',
      'alter schema public owner to postgres; revoke all on schema public from public; grant all on schema public to tenant',
    );
    const api = await attacher.attach(url, 'of_two');
    expect(await attacher.ask(api, '/notes?select=id', { sub: 'u1' })).toMatchObject({ status: 403 });
    const { skipped_grants: skipped } = (await callApi(fleet.api, 'GET', api.route)).body.security;
    const statements = skipped.map((sentence: string) => /by (GRANT .*)\.$/.exec(sentence)?.[1]);
    expect(statements).toContain('GRANT USAGE ON SCHEMA "public" TO "authenticated"');
    for (const statement of statements) await su('of_two', statement);
    expect(await attacher.ask(api, '/notes?select=id', { sub: 'u1' })).toEqual({ status: 200, body: [{ id: 1 }] });
  }, 90_000);

  test('whose role may make no roles is not attached', async () => {
    const url = await make('plain_user', 'of_user');
    await su('postgres', 'alter role plain_user nocreaterole');
    await expect(attacher.attach(url, 'of_user')).rejects.toThrow('ALTER ROLE \\"plain_user\\" CREATEROLE');
  });

  (hasPgBouncer ? test : test.skip)(
    `behind PgBouncer in transaction mode${pgBouncerNote}`,
    async () => {
      const direct = await make('pooled_owner', 'pooled');
      const url = new URL(direct);
      url.port = String(pooler.port);
      // Others whose sessions nothing of ours may reach.
      const paths = () =>
        Promise.all(
          Array.from({ length: 6 }, async () => {
            const { rows } = await runSql(
              url.href,
              `select current_setting('search_path') as path from pg_sleep(0.05)`,
            );
            return rows[0].path;
          }),
        );
      const before = await paths();
      const api = await attacher.attach(url.href, 'pooled', { settings: { db_prepared_statements: false } });
      const { notes } = (await callApi(fleet.api, 'GET', api.route)).body.security;
      expect(notes.join()).toContain('db_prepared_statements');
      expect(await walk(api, direct, 'pooled')).toEqual(expected);
      expect(await paths()).toEqual(before);
    },
    90_000,
  );
});
