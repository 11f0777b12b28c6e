/** Makes the roles and databases of a local compute as its private superuser; what is there already stays. */
import { quoteIdentifier, withClient } from '@perch/postgres';
import pg from 'pg';
import type { ComputeContents, ComputeRole, Credentials } from '../compute.js';
import { scramVerifier } from '../scram-verifier.js';

/** @param superuserUrl gives the connection URL for a database. */
export async function applyContents(
  contents: ComputeContents,
  owner: Credentials,
  superuserUrl: (database: string) => string,
): Promise<void> {
  await withClient(superuserUrl('postgres'), async (client) => {
    const { rows } = await client.query<{ roles: string[]; databases: string[] }>(
      'select array(select rolname::text from pg_roles) as roles, array(select datname::text from pg_database) as databases',
    );
    const present = { roles: new Set(rows[0]?.roles), databases: new Set(rows[0]?.databases) };
    const roles = [{ name: owner.role, password: owner.password, noLogin: false }, ...contents.roles];
    for (const role of uniqueByName(roles)) await client.query(roleStatement(role, present.roles.has(role.name)));
    for (const { name, ownerName } of contents.databases) {
      if (present.databases.has(name)) continue;
      await client.query(`CREATE DATABASE ${quoteIdentifier(name)} OWNER ${quoteIdentifier(ownerName)}`);
    }
  });
}

/** @param superuserUrl with the password that is in force still. */
export async function setPassword(superuserUrl: string, { role, password }: Credentials): Promise<void> {
  const text = `ALTER ROLE ${quoteIdentifier(role)} PASSWORD ${pg.escapeLiteral(scramVerifier(password))}`;
  await withClient(superuserUrl, (client) => client.query(text));
}

/** Never SUPERUSER, REPLICATION or BYPASSRLS: such a role would have a shell on this machine (decision 1). */
function roleStatement({ name, password, noLogin }: ComputeRole, exists: boolean): string {
  const login = noLogin ? 'NOLOGIN' : 'LOGIN';
  const secret = password === undefined ? '' : ` PASSWORD ${pg.escapeLiteral(scramVerifier(password))}`;
  return `${exists ? 'ALTER' : 'CREATE'} ROLE ${quoteIdentifier(name)} ${login} CREATEROLE CREATEDB${secret}`;
}

function uniqueByName(roles: readonly ComputeRole[]): readonly ComputeRole[] {
  return [...new Map(roles.map((role) => [role.name, role])).values()];
}
