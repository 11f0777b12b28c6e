/** One connection as the steps use it: fixed settings, statements one by one, and errors that say which one it was. */
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
}

/**
 * Told the command of a statement (`CREATE ROLE`, never its text) before it runs, and afterwards, by what it returned, how
 * it failed: an SQLSTATE, or `_OTHER`.
 */
export type StatementWatch = (command: string) => (failure: string | undefined) => void;

/** The owner of a database decides its default settings; these must not reach us, nor must names of the user's. */
const settings =
  "SET search_path = pg_catalog, pg_temp; SET lock_timeout = '10s'; SET statement_timeout = '60s'; " +
  'SET default_transaction_read_only = off; SET client_min_messages = warning; SET check_function_bodies = on';

/** @param step names the step in errors. */
export function openSession(client: ClientBase, step: string, watch?: StatementWatch): Session {
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
  return {
    rows: query,
    async run(statement) {
      await query(statement);
    },
    async runTogether(statements) {
      await query({ text: 'BEGIN' });
      try {
        for (const statement of statements) await query(statement);
        await query({ text: 'COMMIT' });
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {});
        throw error;
      }
    },
  };
}

/** Once for every connection, before any step. */
export async function prepareConnection(client: ClientBase): Promise<void> {
  await openSession(client, 'connect').run({ text: settings });
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
      reason: cause instanceof Error ? cause.message : String(cause),
    },
    { cause },
  );
}
