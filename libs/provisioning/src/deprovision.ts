/**
 * Takes the login role of a data API away. The user's data, policies, grants and roles stay, and so do the groups, which
 * the user may have granted roles to.
 */
import { quoteIdentifier } from '@perch/postgres';
import { ProvisioningError } from './provisioning-error.js';
import type { ProvisioningConnections } from './provisioning-spec.js';
import { openSession, prepareConnection } from './session.js';

const STEP = 'drop-login-role';

export interface Deprovisioned {
  /** Set when the role had to stay because the user made something depend on it; it cannot log in any more. */
  readonly kept: string | undefined;
}

/** Takes every login role away that may switch to this group: what is left of an endpoint's data APIs. */
export async function deprovisionGroup(groupRole: string, connections: ProvisioningConnections): Promise<void> {
  const connection = await prepareConnection(connections.superuser ?? connections.owner);
  const members = await openSession(connection, STEP).rows<{ readonly name: string }>({
    text: `select m.rolname::text as name from pg_auth_members am
             join pg_roles g on g.oid = am.roleid join pg_roles m on m.oid = am.member
            where g.rolname = $1 and m.rolcanlogin and not m.rolinherit and m.rolname <> current_user`,
    values: [groupRole],
  });
  for (const { name } of members) await deprovision(name, connections);
}

/** @throws ProvisioningError */
export async function deprovision(loginRole: string, connections: ProvisioningConnections): Promise<Deprovisioned> {
  const connection = await prepareConnection(connections.superuser ?? connections.owner);
  const session = openSession(connection, STEP, connections.watch);
  const login = quoteIdentifier(loginRole);
  const [facts] = await session.rows<{ readonly found: boolean; readonly database: string }>({
    text: 'select exists (select from pg_roles where rolname = $1) as found, current_database()::text as database',
    values: [loginRole],
  });
  if (facts?.found !== true) return { kept: undefined };
  await session.run({ text: `ALTER ROLE ${login} NOLOGIN PASSWORD NULL` });
  await endSessions();
  try {
    await session.runTogether([
      { text: `REVOKE ALL ON DATABASE ${quoteIdentifier(facts.database)} FROM ${login}` },
      { text: `DROP ROLE ${login}` },
    ]);
    return { kept: undefined };
  } catch (error) {
    // 2BP01: something depends on it. It is harmless now, and taking more away would take something of the user's.
    if (error instanceof ProvisioningError && error.failure.sqlState === '2BP01') return { kept: error.message };
    throw error;
  }

  /** Open sessions would outlive the role. An owner who is no superuser needs the role itself to end them. */
  async function endSessions(): Promise<void> {
    try {
      if (connections.superuser === undefined) await session.run({ text: `GRANT ${login} TO CURRENT_USER` });
      const text =
        'select pg_terminate_backend(pid) from pg_stat_activity where usename = $1 and pid <> pg_backend_pid()';
      await session.rows({ text, values: [loginRole] });
    } catch (error) {
      if (!(error instanceof ProvisioningError) || error.failure.sqlState === undefined) throw error;
    }
  }
}
