import { createTestDatabase, type TestDatabase } from '../../../../tools/testing/test-database.js';
import { createPgExecutor, type PgExecutor } from '../../test/pg-executor.js';
import { loadSchemaCache } from './load-schema-cache.js';
import type { SchemaCache } from './schema-cache.js';

describe('schema cache of a real database', () => {
  let database: TestDatabase;
  let executor: PgExecutor;
  let cache: SchemaCache;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query(`
      create schema api;
      create table api.t (id int primary key);
    `);
    executor = await createPgExecutor(database.url);
    cache = await loadSchemaCache(executor, { schemas: ['api'] });
  });
  afterAll(async () => {
    await executor.close();
    await database.drop();
  });

  test('a table', () => {
    expect(cache.table({ schema: 'api', name: 't' })?.primaryKey).toEqual(['id']);
  });
});
