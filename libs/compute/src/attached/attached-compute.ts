/** The `attached` adapter: a PostgreSQL that exists. It is looked at, never started, stopped or copied. */
import { quoteIdentifier, withClient } from '@perch/postgres';
import pg from 'pg';
import type { ComputeAdapter } from '../compute-adapter.js';
import { ComputeError } from '../compute-error.js';
import type { AttachedCompute, ComputeContents } from '../compute.js';
import { scramVerifier } from '../scram-verifier.js';
import { inspectAttached } from './inspect-attached.js';
import { withCredentials, withDatabase } from './connection-url.js';

export function createAttachedCompute(compute: AttachedCompute): ComputeAdapter {
  const nothing = async () => {};
  const inspect = async () => {
    await inspectAttached(compute.connectionUrl);
  };
  return {
    async create(contents) {
      await inspect();
      await applyMissing(compute.connectionUrl, contents);
    },
    async createFrom() {
      throw new ComputeError('operation-unsupported', 'A Postgres that was attached cannot be copied into a branch');
    },
    async resetFrom() {
      throw new ComputeError('operation-unsupported', 'A Postgres that was attached cannot be reset');
    },
    start: inspect,
    suspend: nothing,
    destroy: nothing,
    async status() {
      try {
        await inspect();
        return { kind: 'active' };
      } catch (error) {
        return { kind: 'unreachable', reason: error instanceof Error ? error.message : String(error) };
      }
    },
    apply: (contents) => applyMissing(compute.connectionUrl, contents),
    superuserUrl: () => undefined,
    ownerUrl: (database) => withDatabase(compute.connectionUrl, database),
    roleUrl: (credentials, database) => withDatabase(withCredentials(compute.connectionUrl, credentials), database),
  };
}

/** Roles and databases that exist are the user's and stay as they are, passwords included. */
async function applyMissing(url: string, contents: ComputeContents): Promise<void> {
  if (contents.roles.length === 0 && contents.databases.length === 0) return;
  try {
    await withClient(url, async (client) => {
      const { rows } = await client.query<{ roles: string[]; databases: string[] }>(
        'select array(select rolname::text from pg_roles) as roles, array(select datname::text from pg_database) as databases',
      );
      for (const { name, password, noLogin } of contents.roles) {
        if (rows[0]?.roles.includes(name)) continue;
        const secret = password === undefined ? '' : ` PASSWORD ${pg.escapeLiteral(scramVerifier(password))}`;
        await client.query(`CREATE ROLE ${quoteIdentifier(name)} ${noLogin ? 'NOLOGIN' : 'LOGIN'}${secret}`);
      }
      for (const { name, ownerName } of contents.databases) {
        if (rows[0]?.databases.includes(name)) continue;
        await client.query(`CREATE DATABASE ${quoteIdentifier(name)} OWNER ${quoteIdentifier(ownerName)}`);
      }
    });
  } catch (cause) {
    throw new ComputeError('operation-unsupported', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
