import { randomBytes } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../../../../tools/testing/test-database.js';
import { createPgExecutor, type PgExecutor } from '../../test/pg-executor.js';
import { loadSchemaCache } from './load-schema-cache.js';
import type { Routine } from './routine.js';
import type { SchemaCache } from './schema-cache.js';

const api = (name: string) => ({ schema: 'api', name });

/** Roles belong to the cluster: names of this run's own. */
const suffix = randomBytes(4).toString('hex');
const login = `login_${suffix}`;
const guest = `guest_${suffix}`;
const nested = `nested_${suffix}`;
const strong = `strong_${suffix}`;
const stranger = `stranger_${suffix}`;
const group = `authenticator_${suffix}`;
const member = `member_${suffix}`;
const roles = [login, guest, nested, strong, stranger, group, member];

const ddl = `
  create role ${login} login noinherit password 'p';
  create role ${guest};
  create role ${nested};
  create role ${strong} bypassrls;
  create role ${stranger};
  create role ${group} noinherit;
  create role ${member} login;
  grant ${guest}, ${strong}, ${group}, ${member} to ${login};
  grant ${nested} to ${guest};
  grant ${group} to ${member};
  alter role ${guest} set statement_timeout = '7s';
  alter role ${guest} set default_transaction_isolation = 'Serializable';
  alter role ${guest} set search_path = 'A', "b c";
  alter role ${guest} set log_statement_stats = 'on';
  alter role ${guest} set log_duration = 'on';
  do $$ begin
    if current_setting('server_version_num')::int >= 150000 then execute 'grant set on parameter log_duration to ${login}'; end if;
  end $$;

  create schema api;
  create schema hidden;
  grant usage on schema api to public;
  create type api.pair as (x int, y text);
  create domain api.pair_domain as api.pair;
  create domain api.code as varchar(4);
  create domain api.codes as api.code;
  create domain api."no media" as text;
  create table api.t (id int primary key);
  create view api.v as select id from api.t;

  create function api.none() returns int language sql return 1;
  comment on function api.none() is 'Nothing in';
  create function api.args(a int, b character(3), m bit, c text[] default '{}', variadic d char[] default '{}') returns void language sql stable as '';
  create function api.one_out(out n int) language sql immutable return 1;
  create function api.domain_out(out c api.codes) language sql immutable as $$ select 'x'::api.codes $$;
  create function api.late_in(inout a int, out b text, in c date) language sql as $$ select 1, 'x' $$;
  create function api.tab() returns table (a int, b text) language sql as $$ select 1, 'x' $$;
  create function api.rows() returns setof api.t language sql as 'select * from api.t' rows 5;
  create function api.row_of_view() returns api.v language sql as 'select * from api.v';
  create function api.composite() returns api.pair_domain language sql as $$ select (row(1, 'x')::api.pair)::api.pair_domain $$;
  create function api.domain() returns setof api.codes language sql as $$ select 'x'::api.codes $$;
  create function api.some_record() returns record language sql as 'select 1, 2';
  create function api.settled() returns int language sql set statement_timeout = '3s' set default_transaction_isolation = 'repeatable read'
    set search_path = api, "b c" return 1;
  create function api.loose() returns int language sql set default_transaction_isolation = 'read uncommitted' return 1;
  create function api.voids() returns setof void language sql as 'select';
  create function api.over(a int) returns int language sql return 1;
  create function api.over(a text) returns int language sql return 1;
  create function api.raw(json) returns int language sql return 1;
  create function api.unnamed(int) returns int language sql return 1;
  create function api.half_named(a int, int) returns int language sql return 1;
  create procedure api.proc() language sql as '';
  create function api.trig() returns trigger language plpgsql as 'begin return new; end';
  create function api.on_ddl() returns event_trigger language plpgsql as 'begin end';
  create function hidden.unseen() returns int language sql return 1;
  create function api.quoted("a ""b" int, "c,d" char(2)[], "NULL" api."no media", "e\\f}" int) returns setof api.code language sql
    set search_path = "a,b", 'c"d' return null;

  create table hidden.t (id int primary key);
  create type hidden.no_table as (x int);

  create domain api.tint as int;
  create domain api.half as int;
  create function api.tint_out(api.tint) returns json language sql return to_json(1);
  create function api.tint_in(json) returns api.tint language sql return 1::api.tint;
  create function api.tint_text(text) returns api.tint language sql return 1::api.tint;
  create function api.half_out(api.half) returns json language sql return to_json(1);
  create function api.half_in(json) returns api.half language sql return 1::api.half;
  create cast (api.tint as json) with function api.tint_out(api.tint) as implicit;
  create cast (json as api.tint) with function api.tint_in(json) as implicit;
  create cast (text as api.tint) with function api.tint_text(text) as implicit;
  create cast (api.half as json) with function api.half_out(api.half) as implicit;
  create cast (json as api.half) with function api.half_in(json) as assignment;

  create domain api."text/Html" as text;
  create domain api."*/*" as bytea;
  create function api.page() returns api."text/Html" language sql return 'x'::api."text/Html";
  create function api.pages() returns setof api."text/Html" language sql return 'x'::api."text/Html";
  create function hidden.step(api."text/Html", api.t) returns api."text/Html" language sql return $1;
  create function hidden.any_step(api."*/*", anyelement) returns api."*/*" language sql as 'select $1';
  create function hidden.int_step(api."*/*", int) returns api."*/*" language sql return $1;
  create aggregate api.t_html(api.t) (sfunc = hidden.step, stype = api."text/Html");
  create function hidden.far_step(api."text/Html", hidden.t) returns api."text/Html" language sql return $1;
  create aggregate api.far_html(hidden.t) (sfunc = hidden.far_step, stype = api."text/Html");
  create function hidden.pair_step(api."text/Html", hidden.no_table) returns api."text/Html" language sql return $1;
  create aggregate api.no_table_html(hidden.no_table) (sfunc = hidden.pair_step, stype = api."text/Html");
  create aggregate api.any_any(anyelement) (sfunc = hidden.any_step, stype = api."*/*");
  create aggregate api.of_int(int) (sfunc = hidden.int_step, stype = api."*/*");
`;

describe('functions, casts, media types and roles of a real database', () => {
  let database: TestDatabase;
  let executor: PgExecutor;
  let cache: SchemaCache;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query(ddl);
    const url = new URL(database.url);
    url.username = login;
    url.password = 'p';
    executor = await createPgExecutor(url.href);
    cache = await loadSchemaCache(executor, { schemas: ['api'] });
  });
  afterAll(async () => {
    await executor.close();
    await database.query(`drop owned by ${roles.join()}; drop role ${roles.join()}`);
    await database.drop();
  });

  const only = (name: string): Routine | undefined => cache.routines(api(name))[0];

  test('names are sorted and only those of functions that can be called', () => {
    expect(cache.routineNames('api').filter((name) => !/^(tint|half)_(in|out|text)/.test(name))).toEqual([
      'args',
      'composite',
      'domain',
      'domain_out',
      'half_named',
      'late_in',
      'loose',
      'none',
      'on_ddl',
      'one_out',
      'over',
      'page',
      'pages',
      'quoted',
      'raw',
      'row_of_view',
      'rows',
      'settled',
      'some_record',
      'tab',
      'voids',
    ]);
    expect(cache.routines({ schema: 'hidden', name: 'unseen' })).toEqual([]);
  });

  test('parameters', () => {
    expect(only('args')).toMatchObject({ hasVariadic: true, volatility: 'stable' });
    expect(only('args')?.parameters).toEqual([
      { name: 'a', type: 'integer', castType: 'integer', required: true, variadic: false },
      { name: 'b', type: 'character', castType: 'character varying', required: true, variadic: false },
      { name: 'm', type: 'bit', castType: 'bit varying', required: true, variadic: false },
      { name: 'c', type: 'text[]', castType: 'text[]', required: false, variadic: false },
      { name: 'd', type: 'character[]', castType: 'character varying[]', required: false, variadic: true },
    ]);
    expect(only('none')).toMatchObject({ parameters: [], description: 'Nothing in', volatility: 'volatile' });
    expect(cache.routines(api('over')).map((one) => one.parameters[0]?.type)).toEqual(['integer', 'text']);
  });

  test('names and settings with every sign that an array is printed with', () => {
    expect(only('quoted')?.parameters.map((one) => [one.name, one.type])).toEqual([
      ['a "b', 'integer'],
      ['c,d', 'character[]'],
      ['NULL', 'api."no media"'],
      ['e\\f}', 'integer'],
    ]);
    expect(only('quoted')?.settings).toEqual([['search_path', '"a,b", "c""d"']]);
  });

  test('input types are paired with all names where an OUT stands before an IN', () => {
    expect(only('late_in')?.parameters.map((one) => [one.name, one.type])).toEqual([
      ['a', 'integer'],
      ['b', 'date'],
    ]);
  });

  test.each([
    ['none', 'scalar', false, 'pg_catalog.int4', false],
    ['args', 'void', false, 'pg_catalog.void', false],
    ['voids', 'scalar', true, 'pg_catalog.void', false],
    ['one_out', 'composite', false, 'pg_catalog.int4', false],
    ['domain_out', 'composite', false, 'pg_catalog.varchar', true],
    ['tab', 'composite', true, 'pg_catalog.record', false],
    ['rows', 'composite', true, 'api.t', false],
    ['row_of_view', 'composite', false, 'api.v', false],
    ['composite', 'composite', false, 'api.pair', true],
    ['domain', 'scalar', true, 'api.codes', true],
    ['some_record', 'scalar', false, 'pg_catalog.record', false],
  ])('%s returns', (name, kind, set, type, viaDomain) => {
    const [schema, typeName] = type.split('.');
    expect(only(name)?.returns).toEqual({ kind, set, type: { schema, name: typeName }, viaDomain });
  });

  test('SET clauses, the isolation level apart', () => {
    expect(only('loose')?.isolation).toBe('read committed');
    expect(only('settled')).toMatchObject({
      settings: [
        ['statement_timeout', '3s'],
        ['search_path', 'api, "b c"'],
      ],
      isolation: 'repeatable read',
    });
  });

  test('domain representations are implicit casts by function', () => {
    expect(cache.representation('api.tint')).toEqual({
      domain: 'api.tint',
      toJson: api('tint_out'),
      fromJson: api('tint_in'),
      fromText: api('tint_text'),
    });
    expect(cache.representation('api.half')).toEqual({
      domain: 'api.half',
      toJson: api('half_out'),
      fromJson: undefined,
      fromText: undefined,
    });
    expect(cache.representation('api.code')).toBeUndefined();
  });

  test('media handlers by table, by function and for any row', () => {
    const html = { mediaType: 'text/html', contentType: 'text/Html', binary: false };
    expect([...cache.tableMediaHandlers(api('t'))]).toEqual([
      ['text/html', { kind: 'aggregate', routine: api('t_html'), ...html }],
    ]);
    // Rows of a table elsewhere are what a function may return.
    expect([...cache.tableMediaHandlers({ schema: 'hidden', name: 't' }).values()]).toEqual([
      { kind: 'aggregate', routine: api('far_html'), ...html },
    ]);
    expect([...cache.tableMediaHandlers({ schema: 'hidden', name: 'no_table' })]).toEqual([]);
    expect([...cache.routineMediaHandlers(api('page'))]).toEqual([
      ['text/html', { kind: 'function', routine: api('page'), ...html }],
    ]);
    expect([...cache.routineMediaHandlers(api('pages'))]).toEqual([]);
    expect([...cache.anyRowMediaHandlers]).toEqual([
      [
        '*/*',
        {
          kind: 'aggregate',
          routine: api('any_any'),
          mediaType: '*/*',
          contentType: 'application/octet-stream',
          binary: true,
        },
      ],
    ]);
  });

  test.each([
    [guest, false],
    [nested, false],
    [login, true],
    [strong, true],
    [group, true],
    [member, true],
    [stranger, undefined],
    ['postgres', undefined],
  ])('role %s is refused: %s', (name, refused) => {
    expect(cache.role(name)?.refused).toBe(refused);
  });

  test('settings of a role are those that the connecting role may set', () => {
    const granted = cache.serverVersion >= 150000 ? [['log_duration', 'on']] : [];
    expect(cache.role(guest)).toEqual({
      name: guest,
      refused: false,
      settings: [['statement_timeout', '7s'], ['search_path', '"A", "b c"'], ...granted],
      isolation: 'serializable',
    });
  });

  test('settings of roles are left out where they do not apply', async () => {
    const without = await loadSchemaCache(executor, { schemas: ['api'], roleSettings: false });
    expect(without.role(guest)).toEqual({ name: guest, refused: false, settings: [], isolation: undefined });
  });
});
