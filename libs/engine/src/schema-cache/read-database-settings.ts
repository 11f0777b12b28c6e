/** A database in (through the executor), what it says of its own data API's configuration out: names as settings, values as text. */
import type { SqlExecutor } from '../sql-executor.js';
import { parseQualifiedIdentifier, quoteQualified } from '../identifiers.js';
import { text } from './catalog-row.js';
import { databaseSettingsSql } from './sql/database-settings.sql.js';

export interface DatabaseSettingsOptions {
  /** `db_pre_config`: a function that may set `pgrst.*` for its transaction; run first. */
  readonly preConfig: string | undefined;
  /** Names to ask for, without prefix: `db_max_rows`. */
  readonly names: readonly string[];
}

/**
 * @throws SqlError when the function fails or may not be called: then nothing of the database's configuration applies
 * (recorded), and what the executor throws
 */
export async function readDatabaseSettings(
  executor: SqlExecutor,
  { preConfig, names }: DatabaseSettingsOptions,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const call =
    preConfig === undefined
      ? []
      : [{ text: `select ${quoteQualified(parseQualifiedIdentifier(preConfig))}()`, values: [], prepare: false }];
  const query = { text: databaseSettingsSql, values: [JSON.stringify(names)], prepare: false };
  const results = await executor.submit({ statements: [...call, query], repeatable: preConfig === undefined }, signal);
  const rows = results.at(-1)?.rows ?? [];
  return new Map(rows.map((row) => [text(row, 0), text(row, 1)]));
}
