import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { applyMigrations } from './apply-migrations.js';

const ours = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));

describe('applying migrations', () => {
  let database: TestDatabase;
  let directory: string;

  const write = async (name: string, sql: string) => {
    await mkdir(path.join(directory, name), { recursive: true });
    await writeFile(path.join(directory, name, 'migration.sql'), sql);
  };
  const tables = async () =>
    (await database.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`)).rows.map(
      ({ tablename }) => tablename,
    );

  beforeEach(async () => {
    database = await createTestDatabase();
    directory = await mkdtemp(path.join(os.tmpdir(), 'perch-migrations-'));
  });
  afterEach(async () => {
    await database.drop();
    await rm(directory, { recursive: true });
  });

  test('our own apply to an empty database, once, with the checksums of the files', async () => {
    const first = await applyMigrations(database.url, ours);
    expect(first.length).toBeGreaterThan(0);
    expect(await applyMigrations(database.url, ours)).toEqual([]);
    const { rows } = await database.query(
      'SELECT migration_name, checksum, finished_at, rolled_back_at, logs, applied_steps_count FROM _prisma_migrations',
    );
    for (const row of rows) {
      const sql = await readFile(path.join(ours, row.migration_name, 'migration.sql'));
      expect(row).toMatchObject({
        checksum: createHash('sha256').update(sql).digest('hex'),
        finished_at: expect.any(Date),
        rolled_back_at: null,
        logs: null,
        applied_steps_count: 1,
      });
    }
  });

  test('several that start at the same moment apply each one once', async () => {
    await write('1_a', 'CREATE TABLE a (id int); SELECT pg_sleep(0.1);');
    await write('2_b', 'CREATE TABLE b (id int);');
    const applied = await Promise.all([1, 2, 3].map(() => applyMigrations(database.url, directory)));
    expect(applied.flat()).toEqual(['1_a', '2_b']);
  });

  test('functions with semicolons in their bodies arrive whole', async () => {
    await write('1_f', 'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$;');
    await applyMigrations(database.url, directory);
    expect((await database.query('SELECT f() AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('one that fails leaves nothing of itself and says what to do, also at the next start', async () => {
    await write('1_a', 'CREATE TABLE a (id int);');
    await write('2_b', 'CREATE TABLE b (id int); SELECT 1/0;');
    const failure = {
      code: 'database.migration-failed',
      message: expect.stringMatching(/'2_b' failed: division by zero.*migrate resolve --rolled-back 2_b/),
    };
    await expect(applyMigrations(database.url, directory)).rejects.toMatchObject(failure);
    expect(await tables()).toEqual(['_prisma_migrations', 'a']);
    await expect(applyMigrations(database.url, directory)).rejects.toMatchObject(failure);

    await write('2_b', 'CREATE TABLE b (id int);');
    await database.query(`UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL`);
    expect(await applyMigrations(database.url, directory)).toEqual(['2_b']);
  });

  test('one that was edited after it was applied stops the start', async () => {
    await write('1_a', 'CREATE TABLE a (id int);');
    await applyMigrations(database.url, directory);
    await write('1_a', 'CREATE TABLE a (id int, name text);');
    await expect(applyMigrations(database.url, directory)).rejects.toMatchObject({
      code: 'database.migration-edited',
      message: expect.stringContaining("'1_a'"),
    });
  });

  test('a folder that is not there is an error that names it', async () => {
    await expect(applyMigrations(database.url, '/no/such/folder')).rejects.toMatchObject({
      code: 'database.migrations-missing',
      message: expect.stringContaining('/no/such/folder'),
    });
  });
});
