/** Promise: a new master key takes over every secret there is, whatever happens in between. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { applyMigrations } from './apply-migrations.js';
import { createDatabase, type Database } from './client.js';
import { sealedColumns } from './reseal-secrets.js';
import { createSecretBox } from './secret-box.js';

const migrations = path.resolve(import.meta.dirname, '../../../prisma/migrations');
const oldKey = 'the master key of before';
const newKey = 'the master key of today';
/** More than are sealed at once. */
const ROLES = 1_200;

describe('a new master key', () => {
  let metadata: TestDatabase;
  let rotating: Database;
  const dataApi = randomUUID();
  const roleName = (n: number) => `role/${n} "ü"`;
  const open = (masterKey: string, previousMasterKey?: string) =>
    createDatabase({ url: metadata.url, masterKey, previousMasterKey });

  const fill = async () => {
    await metadata.query('TRUNCATE projects CASCADE');
    await metadata.query(`
      INSERT INTO projects (id, name, region_id, pg_version, compute) VALUES ('p', 'p', 'r', 18, 'attached');
      INSERT INTO branches (id, project_id, name) VALUES ('b', 'p', 'main'), ('c', 'p', 'without a url');
      INSERT INTO endpoints (id, project_id, branch_id, host, port) VALUES ('ep', 'p', 'b', 'h', 5432), ('eq', 'p', 'c', 'h', 5433);
      INSERT INTO roles (branch_id, name) VALUES ('c', 'without a password')`);
    const old = createSecretBox(oldKey);
    const seal = (table: string, column: string, row: string) => old.seal(`secret of ${row}`, { table, column, row });
    await metadata.query('UPDATE branches SET connection_url_sealed = $1 WHERE id = $2', [
      seal('branches', 'connection_url_sealed', 'b'),
      'b',
    ]);
    await metadata.query('UPDATE endpoints SET superuser_password_sealed = $1 WHERE id = $2', [
      seal('endpoints', 'superuser_password_sealed', 'ep'),
      'ep',
    ]);
    await metadata.query(
      `INSERT INTO data_apis (id, branch_id, endpoint_id, database_name, login_role, login_password_sealed, version)
       VALUES ($1, 'b', 'ep', 'db', 'r', $2, 1)`,
      [dataApi, seal('data_apis', 'login_password_sealed', dataApi)],
    );
    const names = Array.from({ length: ROLES }, (_, n) => roleName(n));
    await metadata.query(
      "INSERT INTO roles (branch_id, name, password_sealed) SELECT 'b', * FROM unnest($1::text[], $2::text[])",
      [names, names.map((name) => seal('roles', 'password_sealed', `b/${name}`))],
    );
  };
  /** How many of the roles' passwords a database opens, and whether the others are all there. */
  const readable = async (database: Database) => {
    const passwords = await Promise.allSettled(
      Array.from({ length: ROLES }, async (_, n) => {
        expect(await database.roles.password('b', roleName(n))).toBe(`secret of b/${roleName(n)}`);
      }),
    );
    return passwords.filter(({ status }) => status === 'fulfilled').length;
  };

  beforeAll(async () => {
    metadata = await createTestDatabase();
    await applyMigrations(metadata.url, migrations);
    rotating = open(newKey, oldKey);
  });
  beforeEach(fill);
  afterAll(async () => {
    await rotating.close();
    await metadata.drop();
  });

  test('is known to every column that holds secrets', async () => {
    const { rows } = await metadata.query(
      "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name LIKE '%sealed%'",
    );
    expect(rows.map((row) => `${row.table_name}.${row.column_name}`).sort()).toEqual(
      sealedColumns.map(({ table, column }) => `${table}.${column}`).sort(),
    );
  });

  test('opens every secret before and after, and afterwards alone', async () => {
    const secrets = async (database: Database) => [
      await database.branches.connectionUrl('b'),
      await database.branches.connectionUrl('c'),
      await database.endpoints.superuserPassword('ep'),
      await database.roles.password('b', roleName(7)),
      await database.dataApiLogins.password(dataApi),
    ];
    const all = ['secret of b', undefined, 'secret of ep', `secret of b/${roleName(7)}`, `secret of ${dataApi}`];
    expect(await secrets(rotating)).toEqual(all);
    expect(await rotating.resealSecrets()).toEqual({ resealed: ROLES + 3, unreadable: [] });
    expect(await secrets(rotating)).toEqual(all);
    const [alone, before] = [open(newKey), open(oldKey)];
    expect(await secrets(alone)).toEqual(all);
    expect([await readable(alone), await readable(before)]).toEqual([ROLES, 0]);
    expect(await rotating.resealSecrets()).toEqual({ resealed: 0, unreadable: [] });
    await Promise.all([alone.close(), before.close()]);
  });

  test('goes on where it was cut short: nothing is lost, and both keys open until then', async () => {
    await metadata.query(`
      CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
      CREATE TRIGGER cut BEFORE UPDATE ON roles FOR EACH ROW WHEN (OLD.name LIKE 'role/9%') EXECUTE FUNCTION cut()`);
    await expect(rotating.resealSecrets()).rejects.toThrow();
    const [alone, before] = [open(newKey), open(oldKey)];
    const [done, left] = [await readable(alone), await readable(before)];
    expect(done).toBeGreaterThan(0);
    expect(left).toBeGreaterThan(0);
    expect([done + left, await readable(rotating)]).toEqual([ROLES, ROLES]);
    await metadata.query('DROP FUNCTION cut CASCADE');
    expect((await rotating.resealSecrets()).resealed).toBeGreaterThanOrEqual(left);
    expect(await readable(alone)).toBe(ROLES);
    await Promise.all([alone.close(), before.close()]);
  });

  test('never puts an older secret in the place of one that was changed meanwhile', async () => {
    const someone = new pg.Client({ connectionString: metadata.url });
    await someone.connect();
    const place = { table: 'roles', column: 'password_sealed', row: `b/${roleName(3)}` };
    await someone.query('BEGIN');
    await someone.query("UPDATE roles SET password_sealed = $1 WHERE branch_id = 'b' AND name = $2", [
      createSecretBox(oldKey).seal('changed meanwhile', place),
      roleName(3),
    ]);
    const resealing = rotating.resealSecrets();
    const isWaiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while ((await metadata.query(isWaiting)).rows.length === 0);
    await someone.query('COMMIT');
    await someone.end();
    expect(await resealing).toEqual({ resealed: ROLES + 2, unreadable: [] });
    expect(await rotating.roles.password('b', roleName(3))).toBe('changed meanwhile');
    expect((await rotating.resealSecrets()).resealed).toBe(1);
    expect(await rotating.roles.password('b', roleName(3))).toBe('changed meanwhile');
  });

  test('leaves alone and names what neither key opens', async () => {
    const strange = createSecretBox('yet another master key');
    const place = { table: 'endpoints', column: 'superuser_password_sealed', row: 'ep' };
    const sealed = strange.seal('strange', place);
    await metadata.query('UPDATE endpoints SET superuser_password_sealed = $1 WHERE id = $2', [sealed, 'ep']);
    expect(await rotating.resealSecrets()).toEqual({ resealed: ROLES + 2, unreadable: [place] });
    const { rows } = await metadata.query("SELECT superuser_password_sealed AS sealed FROM endpoints WHERE id = 'ep'");
    expect(rows).toEqual([{ sealed }]);
  });
});
