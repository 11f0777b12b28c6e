import { randomBytes } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../../../../tools/testing/test-database.js';
import { createPgExecutor, type PgExecutor } from '../../test/pg-executor.js';
import { readDatabaseSettings } from './read-database-settings.js';

const login = `login_${randomBytes(4).toString('hex')}`;
const names = ['db_max_rows', 'db_schemas', 'db_tx_end', 'server_trace_header'];

describe('in-database configuration of a real database', () => {
  let database: TestDatabase;
  let executor: PgExecutor;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query(`
      create role ${login} login password 'p';
      alter role ${login} set pgrst.db_max_rows = '10';
      alter role ${login} in database ${database.name} set pgrst.db_max_rows = '20';
      alter role ${login} set pgrst.db_schemas = 'api, more';
      alter role ${login} set pgrst.jwt_secret = 'not asked for';
      alter role ${login} set statement_timeout = '1s';
      create schema kit;
      create schema locked;
      grant usage on schema kit to ${login};
      create function kit."Pre Config"() returns void language sql as $$
        select set_config('pgrst.db_tx_end', 'rollback', true), set_config('pgrst.db_schemas', 'loses', true)
      $$;
      create function locked.pre() returns void language sql as $$ select set_config('pgrst.db_tx_end', 'rollback', true) $$;
    `);
    const url = new URL(database.url);
    url.username = login;
    url.password = 'p';
    executor = await createPgExecutor(url.href);
  });
  afterAll(async () => {
    await executor.close();
    await database.query(`drop owned by ${login}; drop role ${login}`);
    await database.drop();
  });

  const read = async (preConfig?: string) =>
    Object.fromEntries(await readDatabaseSettings(executor, { preConfig, names }));

  const stored = { db_max_rows: '20', db_schemas: 'api, more' };

  test('settings of the connecting role, those of this database before those of all', async () => {
    expect(await read()).toEqual(stored);
  });

  test('a function adds what the role does not say', async () => {
    expect(await read('kit.Pre Config')).toEqual({ ...stored, db_tx_end: 'rollback' });
  });

  test('what the function set is forgotten with its transaction', async () => {
    await read('kit.Pre Config');
    expect(await read()).toEqual(stored);
  });

  test('a function that may not be called is an error: nothing applies then', async () => {
    await expect(read('locked.pre')).rejects.toMatchObject({ fields: { code: '42501' } });
  });
});
