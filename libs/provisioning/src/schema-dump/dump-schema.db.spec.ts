/** The text of a schema makes the same schema again, in a database that has nothing yet. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createTestCluster, type TestCluster } from '../../../../tools/testing/test-cluster.js';
import { runProvisioning } from '../run-provisioning.js';
import { dumpSchema } from './dump-schema.js';
import { world } from './world.fixture.js';

// A server of its own: roles belong to the whole cluster.
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await createTestCluster();
  await as('postgres', 'postgres', async (admin) => {
    await admin.query(`CREATE ROLE owner LOGIN CREATEROLE PASSWORD 'own'; CREATE ROLE other; CREATE ROLE "Team A";
      CREATE ROLE anonymous; CREATE ROLE authenticated; CREATE ROLE perch_api_1; GRANT other TO owner`);
  });
});
afterAll(() => cluster.drop());

async function as<T>(user: string, database: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const password = user === 'postgres' ? cluster.password : 'own';
  const client = new pg.Client({ host: '127.0.0.1', port: cluster.port, database, user, password });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** A database of the owner's, made by these statements. */
async function newDatabase(...statements: readonly string[]): Promise<string> {
  const name = `d_${randomBytes(4).toString('hex')}`;
  await as('postgres', 'postgres', (admin) => admin.query(`CREATE DATABASE ${name} OWNER owner STRATEGY file_copy`));
  await as('owner', name, async (owner) => {
    for (const statement of statements) await owner.query(statement);
  });
  return name;
}

const dump = (database: string) => as('owner', database, dumpSchema);

/** Its text, which makes a database with the same text. */
async function dumpTwice(database: string): Promise<string> {
  const text = await dump(database);
  expect(await dump(await newDatabase(text))).toBe(text);
  return text;
}

describe('a schema with one of everything', () => {
  let text: string;

  beforeAll(async () => {
    text = await dumpTwice(await newDatabase(...world.map(({ sql }) => sql)));
  }, 60_000);

  test.each(world.flatMap(({ what, makes }) => makes.map((line) => [what, line])))('has %s: %s', (_what, line) => {
    expect(text).toContain(line);
  });

  test('has what was made in another order in the same place', async () => {
    const reordered = [...world].sort((a, b) => a.layer - b.layer || (a.what < b.what ? 1 : -1));
    expect(reordered).not.toEqual(world);
    const again = await newDatabase('CREATE TABLE public.gone (a int, b int)', ...reordered.map(({ sql }) => sql));
    await as('owner', again, (owner) =>
      owner.query(
        `DROP TABLE gone; ALTER TABLE shop.items ADD COLUMN later int; ALTER TABLE shop.items DROP COLUMN later`,
      ),
    );
    expect(await dump(again)).toBe(text);
  });

  test('does not depend on the settings or the search path of who asks', async () => {
    const name = await newDatabase(...world.map(({ sql }) => sql));
    await as('owner', name, (owner) =>
      owner.query(`ALTER ROLE owner IN DATABASE ${name} SET search_path = shop, public;
        ALTER ROLE owner IN DATABASE ${name} SET quote_all_identifiers = off;
        ALTER ROLE owner IN DATABASE ${name} SET statement_timeout = 1`),
    );
    const told = await dump(name);
    await as('postgres', 'postgres', (admin) => admin.query(`ALTER ROLE owner IN DATABASE ${name} RESET ALL`));
    expect(told).toBe(text);
  });
});

test('an empty database has an empty schema', async () => {
  expect(await dumpTwice(await newDatabase())).toBe("SET check_function_bodies = off;\nSET search_path = '';\n");
});

test('a database without its public schema is made so', async () => {
  expect(await dumpTwice(await newDatabase('DROP SCHEMA public'))).toContain('DROP SCHEMA public;');
});

test.each([
  [
    'a check that calls a function of the row',
    `CREATE TABLE t (a int);
     CREATE FUNCTION fine(t) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN ($1).a > 0;
     ALTER TABLE t ADD CONSTRAINT is_fine CHECK (fine(t.*))`,
  ],
  [
    'a default that counts the rows of its table',
    `CREATE TABLE t (a int, b bigint);
     CREATE FUNCTION rows() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*) FROM t; END;
     ALTER TABLE t ALTER b SET DEFAULT rows()`,
  ],
  [
    'tables that refer to each other',
    `CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
     ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b DEFERRABLE INITIALLY DEFERRED`,
  ],
  [
    'a view that groups by a key',
    `CREATE TABLE t (id int PRIMARY KEY, name text); CREATE VIEW z AS SELECT id, name, count(*) FROM t GROUP BY id`,
  ],
  [
    'views and functions in turn',
    `CREATE VIEW z AS SELECT 1 AS one;
     CREATE FUNCTION y() RETURNS SETOF z LANGUAGE sql STABLE BEGIN ATOMIC SELECT * FROM z; END;
     CREATE VIEW a AS SELECT * FROM y();
     CREATE FUNCTION b(a) RETURNS int LANGUAGE sql IMMUTABLE RETURN ($1).one`,
  ],
])('%s come in an order that works', async (_what, sql) => {
  await dumpTwice(await newDatabase(sql));
});

describe('defaults that count the rows of other tables', () => {
  /** Tables with a default each, and by number those whose rows it counts. */
  const counting = (tables: number, countedBy: (n: number) => readonly number[]) =>
    [
      ...Array.from({ length: tables }, (_, n) => `CREATE TABLE t${n} (a int, b bigint)`),
      ...Array.from({ length: tables }, (_, n) => {
        const counts = countedBy(n).map((other) => `(SELECT count(*) FROM t${other})`);
        return `CREATE FUNCTION rows${n}() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT ${['0::bigint', ...counts].join(' + ')}; END`;
      }),
      ...Array.from({ length: tables }, (_, n) => `ALTER TABLE t${n} ALTER b SET DEFAULT rows${n}()`),
    ].join(';');
  const apart = (text: string) =>
    [...text.matchAll(/ALTER TABLE public\.(t\d+) ALTER COLUMN b/g)].map(([, name]) => name);

  test.each([
    ['in a line', 4, (n: number) => (n === 0 ? [] : [n - 1]), []],
    ['in one circle', 4, (n: number) => [(n + 1) % 4], ['t0']],
    ['in pairs', 8, (n: number) => [n ^ 1], ['t0', 't2', 't4', 't6']],
    ['each of all others', 12, (n: number) => Array.from({ length: 12 }, (_, m) => m).filter((m) => m !== n), 'all'],
  ])('%s: as few as needed come behind their tables', async (_what, tables, countedBy, expected) => {
    const behind = apart(await dumpTwice(await newDatabase(counting(tables, countedBy))));
    if (expected === 'all') expect(behind).toHaveLength(tables);
    else expect(behind).toEqual(expected);
  });
});

test('what an extension made is left to it', async () => {
  const text = await dumpTwice(
    await newDatabase('CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext; CREATE TABLE t (h ext.hstore)'),
  );
  expect(text).toContain('CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA ext;');
  expect(text).toContain('h ext.hstore');
  expect(text).not.toContain('FUNCTION');
});

test('what it has no words for is named', async () => {
  const text = await dump(
    await newDatabase(
      `CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int);
       CREATE TYPE pair AS (a int); CREATE TABLE typed OF pair; CREATE TABLE "a\nDROP SCHEMA public;\r--" OF pair;
       CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq)`,
    ),
  );
  expect(text.split(/[\r\n]/).slice(0, 5)).toEqual([
    '-- Not included: aggregate public.total(integer)',
    '-- Not included: operator public.===(integer,integer)',
    '-- Not included: table public."a DROP SCHEMA public; --"',
    '-- Not included: table public.typed',
    '',
  ]);
});

test("Perch's own schema, triggers and roles are not in it, and its auth schema is", async () => {
  const name = await newDatabase('CREATE TABLE items (id int PRIMARY KEY)');
  const spec = {
    groupRole: 'authenticator',
    loginRole: 'perch_api_2',
    loginPassword: 'secret-of-the-login',
    loginVerifier: 'secret-of-the-login',
    schemas: ['public'],
    anonymousRole: 'anonymous',
    addDefaultGrants: true,
    addAnonymousGrants: true,
    skipAuthSchema: false,
  };
  await as('owner', name, (owner) =>
    as('postgres', name, (superuser) => runProvisioning(spec, { owner, superuser }, async () => undefined)),
  );
  const text = await dumpTwice(name);
  expect(text).toContain('CREATE OR REPLACE FUNCTION auth.user_id()');
  expect(text).toContain('GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE public.items TO authenticated;');
  expect(text).toMatch(/ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT .* ON TABLES TO authenticated;/);
  expect(text).not.toMatch(/perch|authenticator|secret|Not included/);
});
