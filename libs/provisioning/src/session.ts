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

/** The owner of a database decides its default settings; these must not reach us, nor must names of the user's. */
const settings =
  "SET search_path = pg_catalog, pg_temp; SET lock_timeout = '10s'; SET statement_timeout = '60s'; " +
  'SET default_transaction_read_only = off; SET client_min_messages = warning; SET check_function_bodies = on';

/** @param step names the step in errors. */
export function openSession(client: ClientBase, step: string): Session {
  const query = async <Row extends object>(statement: Statement): Promise<readonly Row[]> => {
    try {
      const { text, values } = statement;
      return (await client.query<Row>(text, values === undefined ? undefined : [...values])).rows;
    } catch (cause) {
      throw toProvisioningError(cause, step, statement);
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
