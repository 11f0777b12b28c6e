/** A fresh database on the run's one PostgreSQL, for specs of anything that is SQL. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  /** Connection URL as superuser. */
  readonly url: string;
  readonly name: string;
  query(sql: string, values?: unknown[]): Promise<pg.QueryResult>;
  /** Closes the helper's own connection and drops the database, with whatever is still connected to it. */
  drop(): Promise<void>;
}

/** URL of the run's PostgreSQL as superuser, with another database name when given. */
export function testPostgresUrl(database?: string): string {
  const base = process.env['PERCH_TEST_POSTGRES_URL'];
  if (base === undefined) throw new Error('no test PostgreSQL: run the specs through `npm test`');
  const url = new URL(base);
  if (database !== undefined) url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

export async function createTestDatabase(options: { template?: string; collation?: 'C' } = {}): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  const locale = options.collation === 'C' ? ` TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'` : '';
  await asAdmin((admin) => admin.query(`CREATE DATABASE ${name}${locale}`));
  const client = new pg.Client({ connectionString: testPostgresUrl(name) });
  client.on('error', () => {});
  await client.connect();
  return {
    url: testPostgresUrl(name),
    name,
    query: (sql, values) => client.query(sql, values),
    async drop() {
      await client.end();
      await asAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

async function asAdmin<T>(use: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: testPostgresUrl() });
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.end();
  }
}
