/**
 * One connection as the steps use it: fixed settings, statements one by one, and errors that say which one it was. Behind a
 * pooler, which hands every transaction to another server connection, each statement has its settings in a transaction of its own.
 */
import type { ClientBase } from 'pg';
import { ProvisioningError } from './provisioning-error.js';

export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** What reports show instead of a text that holds a secret. */
  readonly shown?: string;
}

export interface Session {
  rows<Row extends object>(statement: Statement): Promise<readonly Row[]>;
  run(statement: Statement): Promise<void>;
  /** All or none. */
  runTogether(statements: readonly Statement[]): Promise<void>;
  /** What `work` reads is of one moment; undone in the end. */
  atOneMoment<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

/**
 * Told the command of a statement (`CREATE ROLE`, never its text) before it runs, and afterwards, by what it returned, how
 * it failed: an SQLSTATE, or `_OTHER`.
 */
export type StatementWatch = (command: string) => (failure: string | undefined) => void;

/** A connection whose settings are known. */
export interface PreparedConnection {
  readonly client: ClientBase;
  /** true behind a pooler: nothing that is set stays, and what stays would reach somebody else. */
  readonly pooled: boolean;
}

/** The owner of a database decides its default settings; these must not reach us, nor must names of the user's. */
const settings: Readonly<Record<string, string>> = {
  search_path: 'pg_catalog, pg_temp',
  lock_timeout: "'10s'",
  statement_timeout: "'60s'",
  client_min_messages: 'warning',
  check_function_bodies: 'on',
  // How our statements are read, and how catalogs spell constants and names.
  standard_conforming_strings: 'on',
  quote_all_identifiers: 'off',
  transform_null_equals: 'off',
  datestyle: "'ISO, MDY'",
  intervalstyle: 'postgres',
  timezone: "'UTC'",
  extra_float_digits: '1',
  bytea_output: 'hex',
  xmloption: 'content',
};
const settingsOf = (command: 'SET' | 'SET LOCAL') =>
  Object.entries(settings)
    .map(([name, value]) => `${command} ${name} = ${value}`)
    .join('; ');
const ofSession = `${settingsOf('SET')}; SET default_transaction_read_only = off; SET default_transaction_isolation = 'read committed'`;
const ofTransaction = settingsOf('SET LOCAL');
const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE';
const BEGIN_READING = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** @param step names the step in errors. */
export function openSession(connection: PreparedConnection, step: string, watch?: StatementWatch): Session {
  const { client, pooled } = connection;
  const query = async <Row extends object>(statement: Statement): Promise<readonly Row[]> => {
    const { text, values } = statement;
    const ended = watch?.(commandOf(text));
    try {
      const { rows } = await client.query<Row>(text, values === undefined ? undefined : [...values]);
      ended?.(undefined);
      return rows;
    } catch (cause) {
      const error = toProvisioningError(cause, step, statement);
      ended?.(error.failure.sqlState ?? '_OTHER');
      throw error;
    }
  };
  /** One message: a transaction of a pooler has its settings before anything else. */
  const begin = (text: string) => query({ text: pooled ? `${text}; ${ofTransaction}` : text });
  const transact = async <T>(work: () => Promise<T>): Promise<T> => {
    await begin(BEGIN);
    try {
      const result = await work();
      await query({ text: 'COMMIT' });
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {});
      throw error;
    }
  };
  const rows: Session['rows'] = (statement) => (pooled ? transact(() => query(statement)) : query(statement));
  return {
    rows,
    async run(statement) {
      await rows(statement);
    },
    runTogether: (statements) =>
      transact(async () => {
        for (const statement of statements) await query(statement);
      }),
    async atOneMoment(work) {
      await begin(BEGIN_READING);
      try {
        return await work(openSession({ client, pooled: false }, step, watch));
      } finally {
        await client.query('ROLLBACK').catch(() => undefined);
      }
    },
  };
}

/** Once for every connection, before any step. */
export async function prepareConnection(client: ClientBase): Promise<PreparedConnection> {
  const direct = openSession({ client, pooled: false }, 'connect');
  const [row] = await direct.rows<{ readonly pid: number }>({ text: 'select pg_backend_pid() as pid' });
  // A pooler tells its clients keys of its own, to find their queries by when they are cancelled.
  const pooled = !('processID' in client) || client.processID !== row?.pid;
  if (!pooled) await direct.run({ text: ofSession });
  return { client, pooled };
}

/** Whether PostgreSQL refused for want of privileges. */
export function isRefusal(error: unknown): error is ProvisioningError {
  return error instanceof ProvisioningError && error.failure.sqlState === '42501';
}

/** Whether somebody else made the same thing at the same time. */
export function isDuplicate(error: unknown): boolean {
  const state = error instanceof ProvisioningError ? error.failure.sqlState : undefined;
  return state === '42710' || state === '23505' || state === '42P06' || state === '42P07' || state === '42723';
}

/** `CREATE ROLE "x" ...` to `CREATE ROLE`, `select ...` to `SELECT`: no names, no values. */
function commandOf(text: string): string {
  const command = /^\s*((?:create|alter|drop|comment)\s+[a-z]+|[a-z]+)\b/i.exec(text)?.[1] ?? 'OTHER';
  return command.replace(/\s+/, ' ').toUpperCase();
}

function toProvisioningError(cause: unknown, step: string, { text, shown }: Statement): ProvisioningError {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  return new ProvisioningError(
    {
      step,
      statement: shown ?? text,
      // The driver's own errors (ECONNRESET) have a code too.
      sqlState: code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined,
      reason: reasonOf(cause),
    },
    { cause },
  );
}

/** With the detail: since 16 it says which privilege is missing. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const detail = 'detail' in cause && typeof cause.detail === 'string' ? cause.detail.replace(/\.$/, '') : '';
  return detail === '' ? cause.message : `${cause.message} (${detail})`;
}
