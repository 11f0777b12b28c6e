/**
 * Brings the metadata database up to date from prisma/migrations, in the way of `prisma migrate deploy`: the same table,
 * the same checksums, the same lock, so that either may follow the other. Each file is sent as one query, so it applies
 * whole or not at all.
 *
 * @see https://www.prisma.io/docs/orm/prisma-migrate/workflows/development-and-production
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { DatabaseError } from './database-error.js';

/** The advisory lock that `prisma migrate` takes. */
const MIGRATE_LOCK = 72707369;

const CREATE_LEDGER = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

const ledgerRowsSchema = z.array(
  z.object({ migration_name: z.string(), checksum: z.string(), finished: z.boolean(), logs: z.string().nullable() }),
);
type LedgerRow = z.infer<typeof ledgerRowsSchema>[number];

interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly checksum: string;
}

/**
 * @param directory holds one folder per migration, each with a migration.sql
 * @returns names of the migrations applied now, oldest first
 * @throws DatabaseError database.migration-failed, database.migration-edited, database.migrations-missing
 */
export async function applyMigrations(url: string, directory: string): Promise<readonly string[]> {
  const migrations = await readMigrations(directory);
  const client = new pg.Client({ connectionString: url, application_name: 'perch migrations' });
  await client.connect();
  try {
    // Held by the session: whoever starts at the same moment waits here and then finds nothing to do.
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATE_LOCK]);
    await client.query(CREATE_LEDGER);
    const applied: string[] = [];
    const ledger = await readLedger(client);
    for (const migration of migrations) {
      if (isApplied(migration, ledger.get(migration.name))) continue;
      await applyOne(client, migration);
      applied.push(migration.name);
    }
    return applied;
  } finally {
    await client.end();
  }
}

async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((cause: unknown) => {
    throw new DatabaseError('database.migrations-missing', `There are no migrations in '${directory}'`, { cause });
  });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(path.join(directory, name, 'migration.sql'));
      return { name, sql: sql.toString('utf8'), checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function readLedger(client: pg.Client): Promise<ReadonlyMap<string, LedgerRow>> {
  const { rows } = await client.query(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished, logs
       FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  return new Map(ledgerRowsSchema.parse(rows).map((row) => [row.migration_name, row]));
}

function isApplied(migration: Migration, row: LedgerRow | undefined): boolean {
  if (row === undefined) return false;
  if (!row.finished) throw failed(migration.name, row.logs ?? 'it was interrupted');
  if (row.checksum !== migration.checksum) {
    throw new DatabaseError(
      'database.migration-edited',
      `Migration '${migration.name}' was edited after it was applied: restore prisma/migrations/${migration.name}/migration.sql` +
        ' as it was and put the change into a new migration',
    );
  }
  return true;
}

async function applyOne(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const id = randomUUID();
  await client.query('INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)', [
    id,
    checksum,
    name,
  ]);
  try {
    await client.query(sql);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    await client.query('UPDATE _prisma_migrations SET logs = $2 WHERE id = $1', [id, reason]);
    throw failed(name, reason, cause);
  }
  await client.query('UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1', [id]);
}

function failed(name: string, reason: string, cause?: unknown): DatabaseError {
  return new DatabaseError(
    'database.migration-failed',
    `Migration '${name}' failed: ${reason}. Nothing of it was applied. Remove the cause, then run` +
      ` \`npx prisma migrate resolve --rolled-back ${name}\` and start again`,
    { cause },
  );
}
