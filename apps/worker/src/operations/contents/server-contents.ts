/**
 * Statements that change the databases and roles of one server, each safe to run again after it was cut short. Runs as
 * the private superuser of a local compute, or as the owner of an attached one; passwords travel as verifiers only.
 */
import { scramVerifier } from '@perch/compute';
import { quoteIdentifier, withClient } from '@perch/postgres';
import pg from 'pg';
import { OperationRefused } from '../failure.js';

export interface ServerAccess {
  readonly kind: 'local' | 'attached';
  /** Without a name the database that administration goes through. */
  urlOf(database?: string): string;
}

export interface RoleWanted {
  readonly name: string;
  readonly password: string | undefined;
  readonly noLogin: boolean;
}

/** `insufficient_privilege` */
const REFUSED = '42501';
const DATABASE = 'select from pg_database where datname = $1';
const ROLE = 'select from pg_roles where rolname = $1';

/** @throws OperationRefused when somebody else made what has this name */
export async function assertNameFree(access: ServerAccess, what: 'role' | 'database', name: string): Promise<void> {
  const isTaken = await withClient(access.urlOf(), (client) => exists(client, what === 'role' ? ROLE : DATABASE, name));
  if (isTaken) throw new OperationRefused(`The server has a ${what} '${name}' already, which Perch did not make`);
}

export async function createDatabase(access: ServerAccess, name: string, owner: string): Promise<void> {
  await withClient(access.urlOf(), async (client) => {
    if (await exists(client, DATABASE, name)) return;
    const text = `CREATE DATABASE ${quoteIdentifier(name)} OWNER ${quoteIdentifier(owner)}`;
    await asMemberOf(client, owner, text);
  });
}

export async function alterDatabase(
  access: ServerAccess,
  name: string,
  change: { readonly newName: string | undefined; readonly owner: string | undefined },
): Promise<void> {
  const { newName, owner } = change;
  await withClient(access.urlOf(), async (client) => {
    // An attempt that was cut short may have renamed it.
    const isRenamed =
      newName !== undefined && !(await exists(client, DATABASE, name)) && (await exists(client, DATABASE, newName));
    if (newName !== undefined && !isRenamed) {
      if (access.kind === 'local') await endSessions(client, 'datname', name);
      await client.query(`ALTER DATABASE ${quoteIdentifier(name)} RENAME TO ${quoteIdentifier(newName)}`);
    }
    if (owner === undefined) return;
    const text = `ALTER DATABASE ${quoteIdentifier(newName ?? name)} OWNER TO ${quoteIdentifier(owner)}`;
    await asMemberOf(client, owner, text);
  });
}

export async function dropDatabase(access: ServerAccess, name: string): Promise<void> {
  await withClient(access.urlOf(), (client) =>
    client.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`),
  );
}

/** Never SUPERUSER, REPLICATION or BYPASSRLS: such a role would have a shell on this machine (decision 1). */
export async function createRole(access: ServerAccess, { name, password, noLogin }: RoleWanted): Promise<void> {
  await withClient(access.urlOf(), async (client) => {
    const verb = (await exists(client, ROLE, name)) ? 'ALTER' : 'CREATE';
    const attributes = access.kind === 'local' ? ' CREATEROLE CREATEDB' : '';
    const secret = password === undefined ? '' : ` PASSWORD ${pg.escapeLiteral(scramVerifier(password))}`;
    const login = noLogin ? 'NOLOGIN' : 'LOGIN';
    await client.query(`${verb} ROLE ${quoteIdentifier(name)} ${login}${attributes}${secret}`);
  });
}

export async function setPassword(access: ServerAccess, name: string, password: string): Promise<void> {
  const text = `ALTER ROLE ${quoteIdentifier(name)} PASSWORD ${pg.escapeLiteral(scramVerifier(password))}`;
  await withClient(access.urlOf(), (client) => client.query(text));
}

/**
 * What the role owns on a local server goes to `successorOf` each database, who must never be a superuser: a SECURITY
 * DEFINER function of the role would run as that from then on. On an attached server PostgreSQL refuses while it owns
 * anything.
 */
export async function dropRole(
  access: ServerAccess,
  name: string,
  successorOf: (database: string) => string,
): Promise<void> {
  const role = quoteIdentifier(name);
  const isThere = await withClient(access.urlOf(), async (client) => {
    if (!(await exists(client, ROLE, name))) return false;
    if (access.kind === 'local') {
      await client.query(`ALTER ROLE ${role} NOLOGIN`);
      await endSessions(client, 'usename', name);
    }
    return true;
  });
  if (!isThere) return;
  if (access.kind === 'local') {
    for (const database of await databasesOf(access)) {
      await withClient(access.urlOf(database), async (client) => {
        await client.query(`REASSIGN OWNED BY ${role} TO ${quoteIdentifier(successorOf(database))}`);
        await client.query(`DROP OWNED BY ${role}`);
      });
    }
  }
  await withClient(access.urlOf(), (client) => client.query(`DROP ROLE IF EXISTS ${role}`));
}

async function databasesOf(access: ServerAccess): Promise<readonly string[]> {
  return withClient(access.urlOf(), async (client) => {
    const { rows } = await client.query<{ name: string }>(
      'select datname::text as name from pg_database where datallowconn and not datistemplate order by 1',
    );
    return rows.map((row) => row.name);
  });
}

/** To give something to a role one must be able to become it, which since 16 its maker has to grant itself. */
async function asMemberOf(client: pg.Client, role: string, text: string): Promise<void> {
  try {
    await client.query(text);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== REFUSED) throw error;
    await client.query(`GRANT ${quoteIdentifier(role)} TO CURRENT_USER`).catch(() => {
      throw error;
    });
    await client.query(text);
  }
}

async function endSessions(client: pg.Client, column: 'datname' | 'usename', name: string): Promise<void> {
  await client.query(`select pg_terminate_backend(pid, 1000) from pg_stat_activity where ${column} = $1`, [name]);
}

async function exists(client: pg.Client, query: string, name: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(`select exists (${query}) as found`, [name]);
  return rows[0]?.found === true;
}
