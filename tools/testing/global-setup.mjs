// One real PostgreSQL for the whole test run; each spec that needs it makes a database of its own (test-database.ts).
// A run with PERCH_TEST_POSTGRES_URL (superuser) set uses that server instead of starting one.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export default async function globalSetup() {
  if (process.env['PERCH_TEST_POSTGRES_URL'] !== undefined) return;
  const { startEmbeddedPostgres } = await import('../../libs/compute/dist/index.js');
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-test-pg-'));
  const server = await startEmbeddedPostgres({ dataDir, superuserPassword: 'test', durable: false });
  process.env['PERCH_TEST_POSTGRES_URL'] = server.url('postgres');
  globalThis.__perchTestPostgres = { server, dataDir };
}
