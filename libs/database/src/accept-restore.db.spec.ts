import path from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { acceptRestore } from './accept-restore.js';
import { applyMigrations } from './apply-migrations.js';
import { createDatabase, type Database } from './client.js';

const migrations = path.resolve(import.meta.dirname, '../../../prisma/migrations');

describe('acceptRestore', () => {
  let metadata: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    metadata = await createTestDatabase();
    await applyMigrations(metadata.url, migrations);
    database = createDatabase({ url: metadata.url, masterKey: 'master key of this spec' });
    await metadata.query(`
      INSERT INTO projects (id, name, region_id, pg_version, compute) VALUES ('p', 'p', 'r', 18, 'attached');
      INSERT INTO branches (id, project_id, name, is_default) VALUES ('b', 'p', 'main', true);
      INSERT INTO endpoints (id, project_id, branch_id, host, port) VALUES ('ep', 'p', 'b', 'h', 5432);
      INSERT INTO tenant_changes (endpoint_id, database_name) SELECT 'ep', 'db' FROM generate_series(1, 7);
      INSERT INTO data_apis (id, branch_id, endpoint_id, database_name, login_role, login_password_sealed, version)
        SELECT gen_random_uuid(), 'b', 'ep', 'db' || n, 'r', 's', n FROM generate_series(1, 2) AS n`);
  });
  afterAll(async () => {
    await database.close();
    await metadata.drop();
  });

  const versions = async () =>
    (await metadata.query('SELECT DISTINCT version FROM data_apis')).rows.map(({ version }) => Number(version));

  test('puts every data API above what was ever given out, and has every proxy compare everything', async () => {
    const { version, dataApis } = await acceptRestore(metadata.url);
    expect([dataApis, await versions()]).toEqual([2, [version]]);
    // What was lost since the backup had been counted one by one.
    expect(version).toBeGreaterThan(1_000_000_000_000);
    for (const since of [0, 3, 7, 20_000, version + 5]) {
      expect(await database.tenants.changesSince(since, 10)).toEqual({ kind: 'resync', sequence: version });
    }
    expect(await database.tenants.changesSince(version, 10)).toMatchObject({ kind: 'changes', changes: [] });
    expect(await database.tenants.newestChange()).toBe(version);
  });

  test('goes up each time, and so does what is published afterwards, also where the clock is behind', async () => {
    await metadata.query("SELECT setval(pg_get_serial_sequence('tenant_changes', 'sequence'), 4000000000000)");
    const { version } = await acceptRestore(metadata.url);
    expect(version).toBe(4_000_000_000_001);
    const { rows } = await metadata.query(
      "INSERT INTO tenant_changes (endpoint_id, database_name) VALUES ('ep', 'db') RETURNING sequence",
    );
    expect(Number(rows[0].sequence)).toBe(4_000_000_000_002);
    expect((await acceptRestore(metadata.url)).version).toBe(4_000_000_000_003);
  });

  test('counts also when nothing was left', async () => {
    await metadata.query('DELETE FROM data_apis; DELETE FROM tenant_changes');
    const { version, dataApis } = await acceptRestore(metadata.url);
    expect([dataApis, await database.tenants.newestChange()]).toEqual([0, version]);
  });
});
