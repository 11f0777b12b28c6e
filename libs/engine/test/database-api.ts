/** A database of one spec's own, made by its DDL, and the engine over its schema `api`. */
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { loadSchemaCache } from '../src/schema-cache/load-schema-cache.js';
import { createApi, type Api } from './api-walk.js';
import { createPgExecutor, type PgExecutor } from './pg-executor.js';

export interface DatabaseApi {
  readonly database: TestDatabase;
  readonly executor: PgExecutor;
  readonly api: Api;
  close(): Promise<void>;
}

/** @param roles that the DDL makes; the first is who asks. */
export async function createDatabaseApi(ddl: string, roles: readonly [string, ...string[]]): Promise<DatabaseApi> {
  const database = await createTestDatabase();
  await database.query(ddl);
  const executor = await createPgExecutor(database.url);
  return {
    database,
    executor,
    api: createApi(executor, await loadSchemaCache(executor, { schemas: ['api'] }), roles[0]),
    async close() {
      await executor.close();
      await database.query(`drop owned by ${roles.join()}; drop role ${roles.join()}`);
      await database.drop();
    },
  };
}
