import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { schemaVersionStatements } from './schema-version.sql.js';

let database: TestDatabase;
let version: () => Promise<string>;

beforeAll(async () => {
  database = await createTestDatabase();
  for (const statement of schemaVersionStatements(new Set())) await database.query(statement);
  version = async () =>
    (await database.query("select bit_xor(r) || ':' || sum(n) as version from perch.schema_bump")).rows[0].version;
});
afterAll(() => database.drop());

async function changed(statement: string): Promise<boolean> {
  const before = await version();
  await database.query(statement);
  return (await version()) !== before;
}

describe('the schema version', () => {
  it.each([
    ['create table a (n int)', true],
    ['alter table a add m int', true],
    ['create view v as select * from a', true],
    ['comment on table a is $$x$$', true],
    ['create function f() returns int language sql return 1', true],
    ['grant select on a to public', true],
    ['alter default privileges grant select on tables to public', true],
    ['create policy p on a using (true)', true],
    ['create index concurrently i on a (n)', true],
    ['create table if not exists a (n int)', false],
    ['create temporary table temporary_one (n int)', false],
    ['alter table temporary_one add m int', false],
    ['insert into a values (1)', false],
    ['create materialized view m as select 1 as n', true],
    ['refresh materialized view m', false],
    ['drop view v', true],
    ['drop schema if exists nowhere', false],
    ['create extension pg_trgm', true],
  ])('%s: moves %p', async (statement, moves) => expect(await changed(statement)).toBe(moves));

  it('moves once in a transaction, and not when that is rolled back', async () => {
    const rows = async () => (await database.query('select sum(n)::int as n from perch.schema_bump')).rows[0].n;
    const before = await rows();
    await database.query('begin; create table b (n int); create table c (n int); commit');
    expect(await rows()).toBe(before + 1);
    const then = await version();
    await database.query('begin; create table d (n int); savepoint s; create table e (n int); rollback to s; rollback');
    expect(await version()).toBe(then);
    await database.query('begin; savepoint s; create table d (n int); rollback to s; create table d (n int); commit');
    expect(await rows()).toBe(before + 2);
  });

  it('tells two migrations apart whichever commits first, and lets neither wait', async () => {
    const [one, two] = [await open(), await open()];
    const start = await version();
    await one.query('begin; create table one (n int)');
    await two.query('begin; create table two (n int)');
    await two.query('commit');
    const middle = await version();
    await one.query('commit');
    expect(new Set([start, middle, await version()]).size).toBe(3);
    await Promise.all([one.end(), two.end()]);
  });

  it('stays short, and the same, when a transaction puts rows together beside an open one', async () => {
    const open1 = await open();
    await open1.query('begin; create table beside (n int)');
    for (let i = 0; i < 80; i += 1) await database.query(`comment on table a is '${i}'`);
    const { rows } = await database.query('select count(*)::int as count from perch.schema_bump');
    expect(rows[0].count).toBeLessThan(70);
    const before = await version();
    await open1.query('commit');
    expect(await version()).not.toBe(before);
    await open1.end();
  });

  it('is written for every user, and by none', async () => {
    await database.query('create role schema_version_user; grant create on schema public to schema_version_user');
    try {
      expect(await changed('set role schema_version_user; create table of_user (n int); reset role')).toBe(true);
      const forged = 'set role schema_version_user; insert into perch.schema_bump values (1, 1)';
      await expect(database.query(forged)).rejects.toMatchObject({ code: '42501' });
      expect((await database.query('select count(*) > 0 as seen from perch.schema_bump')).rows).toEqual([
        { seen: true },
      ]);
    } finally {
      await database.query('reset role; drop owned by schema_version_user cascade; drop role schema_version_user');
    }
  });
});

async function open(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return client;
}
