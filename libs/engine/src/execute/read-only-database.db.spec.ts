/** A database whose transactions are read only unless they say otherwise, as PostgREST's do. */
import { randomBytes } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../../../../tools/testing/test-database.js';
import { createApi, type Api } from '../../test/api-walk.js';
import { createPgExecutor, type PgExecutor } from '../../test/pg-executor.js';
import { loadSchemaCache } from '../schema-cache/load-schema-cache.js';

const suffix = randomBytes(4).toString('hex');
const writer = `writer_${suffix}`;
const serial = `serial_${suffix}`;

describe('a database with default_transaction_read_only', () => {
  let database: TestDatabase;
  let executor: PgExecutor;
  let api: Api;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query(`
      create role ${writer};
      create role ${serial};
      alter role ${serial} set default_transaction_isolation = 'serializable';
      create schema api;
      create table api.notes (id int primary key);
      create function api.modes() returns text language sql stable as $$ select current_setting('transaction_isolation') || ', ' || current_setting('transaction_read_only') $$;
      create function api.add(id int) returns text language sql as $$ insert into api.notes values ($1); select api.modes() $$;
      grant usage on schema api to ${writer}, ${serial};
      grant all on api.notes to ${writer}, ${serial};
      alter database ${database.name} set default_transaction_read_only = on`);
    executor = await createPgExecutor(database.url);
    api = createApi(executor, await loadSchemaCache(executor, { schemas: ['api'] }), writer);
  });
  afterAll(async () => {
    await executor.close();
    await database.query(`drop owned by ${writer}, ${serial}; drop role ${writer}, ${serial}`);
    await database.drop();
  });

  const headers = { prefer: 'return=representation, tx=rollback' };

  it.each([
    [writer, 'read committed'],
    [serial, 'serializable'],
  ])('is written to by %s', async (role, isolation) => {
    const written = await api('POST', '/notes', { role, headers, body: { id: 1 } });
    expect(written).toMatchObject({ status: 201, body: [{ id: 1 }] });
    const called = await api('POST', '/rpc/add', { role, headers, body: { id: 2 } });
    expect(called).toMatchObject({ status: 200, body: `${isolation}, off` });
  });

  it('is only read by what only reads', async () => {
    expect((await api('GET', '/rpc/modes')).body).toBe('read committed, on');
    expect((await api('POST', '/rpc/modes', { role: serial })).body).toBe('serializable, on');
  });
});
