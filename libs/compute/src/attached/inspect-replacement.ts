/**
 * A new connection URL for a Postgres that is attached already: looks at where it leads and says what is there, or why it
 * cannot take the place of the one in force. Reads only. The one in force may have stopped working.
 */
import { withClient } from '@perch/postgres';
import { ComputeError } from '../compute-error.js';
import { addressOf, parseConnectionUrl } from './connection-url.js';
import { inspectAttached, type AttachedServer } from './inspect-attached.js';

/** What the new URL has to lead to. */
export interface ConnectionInForce {
  readonly connectionUrl: string;
  /** Of its data APIs: random names, so a server that has them all is the same one or its copy. */
  readonly logins: readonly { readonly role: string; readonly database: string }[];
}

interface Facts {
  readonly missing: readonly string[];
  /** null when there is no such role. */
  readonly has_former_role: boolean | null;
}

/** Milliseconds; whoever rotates because the old credentials are gone must not wait long for them. */
const FORMER_TIMEOUT_MS = 3_000;
const TIMEOUT_MS = 10_000;

const factsSql = `
  select array(select l.name from unnest($1::text[]) l(name)
                where not exists (select from pg_roles r where r.rolname = l.name)) as missing,
         (select pg_has_role(current_user, r.oid, 'USAGE') from pg_roles r where r.rolname = $2) as has_former_role`;

/** @throws ComputeError as `inspectAttached`, and `server-differs`, `role-lacks-privileges`. */
export async function inspectReplacement(connectionUrl: string, inForce: ConnectionInForce): Promise<AttachedServer> {
  const server = await inspectAttached(connectionUrl);
  const where = addressOf(parseConnectionUrl(connectionUrl));
  const differs = (reason: string) => new ComputeError('server-differs', `The server at ${where} ${reason}`);
  const former = parseConnectionUrl(inForce.connectionUrl);
  const identity = await identify(connectionUrl, TIMEOUT_MS);
  const formerIdentity = await identify(inForce.connectionUrl, FORMER_TIMEOUT_MS);
  const [system, formerSystem] = [identity?.system, formerIdentity?.system];
  if (system !== undefined && formerSystem !== undefined && system !== formerSystem) {
    throw differs('is another one than the branch is attached to');
  }
  const wanted = new Set([databaseOf(former), ...inForce.logins.map(({ database }) => database)]);
  const noDatabase = [...wanted].find((name) => !server.databases.some((database) => database.name === name));
  if (noDatabase !== undefined) {
    throw differs(`has no database '${noDatabase}' that the role '${server.role}' may connect to`);
  }
  const formerRole = formerIdentity?.role ?? decodeURIComponent(former.username);
  const { rows } = await withClient(
    connectionUrl,
    (client) => client.query<Facts>(factsSql, [inForce.logins.map(({ role }) => role), formerRole]),
    { connectTimeoutMs: TIMEOUT_MS, statementTimeoutMs: TIMEOUT_MS },
  );
  const [facts] = rows;
  if (facts === undefined) throw differs('did not tell its roles');
  if (facts.missing.length > 0) throw differs(`lacks the login role '${facts.missing[0]}' of a data API`);
  const isSameRole = new URL(connectionUrl).username === former.username || server.role === formerRole;
  // Membership with its privileges is what lets the new one alter and grant what the former one made and owns.
  if (!isSameRole && !server.isSuperuser && facts.has_former_role !== true) {
    throw new ComputeError(
      'role-lacks-privileges',
      `The role '${server.role}' does not have the privileges of '${formerRole}', which owns what Perch works with: ` +
        `give it these first, or another URL of '${formerRole}'`,
    );
  }
  return server;
}

interface Identity {
  readonly role: string;
  /** undefined where the server does not tell it. */
  readonly system: string | undefined;
}

/** undefined when nobody is let in. */
async function identify(connectionUrl: string, timeoutMs: number): Promise<Identity | undefined> {
  try {
    return await withClient(
      connectionUrl,
      async (client) => {
        const { rows } = await client.query<{ role: string }>('select current_user::text as role');
        const system = await client
          .query<{ id: string }>('select system_identifier::text as id from pg_control_system()')
          .then((answer) => answer.rows[0]?.id)
          .catch(() => undefined);
        return { role: rows[0]?.role ?? '', system };
      },
      { connectTimeoutMs: timeoutMs, statementTimeoutMs: timeoutMs },
    );
  } catch {
    return undefined;
  }
}

/** As libpq: a URL without a database means the one of the role's name. */
function databaseOf(url: URL): string {
  return decodeURIComponent(url.pathname.slice(1) || url.username);
}
