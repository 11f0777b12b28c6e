/**
 * Seals every secret of the metadata database under the present master key that is still sealed under the one before. It may
 * be cut short at any moment, run again, and run beside everybody who reads and writes secrets.
 */
import type pg from 'pg';
import { z } from 'zod';
import { DatabaseError } from './database-error.js';
import type { SecretBox, SecretPlace } from './secret-box.js';

/** Every column that holds secrets, with the primary key that a secret is bound to. */
export const sealedColumns = [
  { table: 'branches', column: 'connection_url_sealed', key: ['id'] },
  { table: 'endpoints', column: 'superuser_password_sealed', key: ['id'] },
  { table: 'roles', column: 'password_sealed', key: ['branch_id', 'name'] },
  { table: 'data_apis', column: 'login_password_sealed', key: ['id'] },
] as const;
type SealedColumn = (typeof sealedColumns)[number];

export interface ResealedSecrets {
  /** Of now. */
  readonly resealed: number;
  /** Where secrets are that neither key opens: left as they are. */
  readonly unreadable: readonly SecretPlace[];
}

/** Secrets sealed in one statement. */
const BATCH = 500;

const rowsSchema = z.array(z.object({ row: z.string(), sealed: z.string() }));

export async function resealSecrets(pool: pg.Pool, secrets: SecretBox): Promise<ResealedSecrets> {
  let resealed = 0;
  const unreadable: SecretPlace[] = [];
  for (const sealedColumn of sealedColumns) {
    for (let after: string | undefined = ''; after !== undefined;) {
      const batch = await readBatch(pool, sealedColumn, after);
      after = batch.at(-1)?.row;
      const changes = batch.flatMap(({ row, sealed }) => {
        const place = { table: sealedColumn.table, column: sealedColumn.column, row };
        try {
          const anew = secrets.reseal(sealed, place);
          return anew === undefined ? [] : [{ row, sealed, anew }];
        } catch (error) {
          if (!(error instanceof DatabaseError && error.code === 'database.secret-unreadable')) throw error;
          unreadable.push(place);
          return [];
        }
      });
      if (changes.length > 0) resealed += await replace(pool, sealedColumn, changes);
    }
  }
  return { resealed, unreadable };
}

async function readBatch(pool: pg.Pool, { table, column, key }: SealedColumn, after: string) {
  const row = rowOf(key);
  const { rows } = await pool.query(
    `SELECT ${row} AS row, ${column} AS sealed FROM ${table}
      WHERE ${column} IS NOT NULL AND ${row} > $1 ORDER BY 1 LIMIT ${BATCH}`,
    [after],
  );
  return rowsSchema.parse(rows);
}

interface Change {
  readonly row: string;
  readonly sealed: string;
  readonly anew: string;
}

/** Only what is as it was read: a secret that somebody has replaced meanwhile is newer. */
async function replace(pool: pg.Pool, { table, column, key }: SealedColumn, changes: readonly Change[]) {
  const { rowCount } = await pool.query(
    `UPDATE ${table} SET ${column} = change.anew
       FROM unnest($1::text[], $2::text[], $3::text[]) AS change ("row", sealed, anew)
      WHERE ${rowOf(key)} = change."row" AND ${table}.${column} = change.sealed`,
    [changes.map(({ row }) => row), changes.map(({ sealed }) => sealed), changes.map(({ anew }) => anew)],
  );
  return rowCount ?? 0;
}

/** As `SecretPlace` has it. */
function rowOf(key: readonly string[]): string {
  return `concat_ws('/', ${key.map((column) => `${column}::text`).join(', ')}) COLLATE "C"`;
}
