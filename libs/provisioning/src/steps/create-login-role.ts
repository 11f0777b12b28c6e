/** The role the fleet logs in as: of this data API alone, with nothing of its own but the right to switch. */
import { quoteIdentifier } from '@perch/postgres';
import pg from 'pg';
import { ProvisioningError } from '../provisioning-error.js';
import { grantMembership } from './create-group-roles.js';
import { finished, type ProvisioningStep } from './step.js';

export const createLoginRole: ProvisioningStep = {
  name: 'create-login-role',
  async run(context) {
    const { spec, facts, owner } = context;
    const login = quoteIdentifier(spec.loginRole);
    const current = facts.roles.find((role) => role.name === spec.loginRole);
    if (current !== undefined && (current.super || current.bypassrls)) {
      throw new ProvisioningError({
        step: this.name,
        statement: undefined,
        sqlState: '42501',
        reason: `The role '${spec.loginRole}' has attributes that a login role of a data API must not have`,
      });
    }
    const head = `${current === undefined ? 'CREATE' : 'ALTER'} ROLE ${login} LOGIN NOINHERIT PASSWORD`;
    const withSecret = (secret: string) => ({ text: `${head} ${pg.escapeLiteral(secret)}`, shown: `${head} '...'` });
    try {
      await owner.run(withSecret(spec.loginVerifier));
    } catch (error) {
      if (!wantsPlainText(error)) throw error;
      await owner.run(withSecret(spec.loginPassword));
    }
    if (!current?.switches_to.includes(spec.groupRole)) {
      await grantMembership(context, { text: `GRANT ${quoteIdentifier(spec.groupRole)} TO ${login}` });
    }
    if (!(await mayConnect())) {
      // To the login itself: it does not inherit what the group has.
      await owner.run({ text: `GRANT CONNECT ON DATABASE ${quoteIdentifier(facts.database)} TO ${login}` });
    }
    return finished;

    async function mayConnect(): Promise<boolean> {
      if (current !== undefined) return current.connect;
      const text = `select has_database_privilege($1::name, current_database(), 'CONNECT') as connect`;
      const [row] = await owner.rows<{ connect: boolean }>({ text, values: [spec.loginRole] });
      return row?.connect ?? false;
    }
  },
};

/** Some hosted servers manage passwords themselves and refuse what is encrypted already. */
function wantsPlainText(error: unknown): boolean {
  const state = error instanceof ProvisioningError ? error.failure.sqlState : undefined;
  return state === '0A000' || state === '22023' || state === 'XX000';
}
