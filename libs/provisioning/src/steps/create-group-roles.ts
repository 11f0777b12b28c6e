/** The roles that requests run as and the group that may switch to them. Roles that are there stay as they are. */
import { quoteIdentifier } from '@perch/postgres';
import type { CatalogFacts } from '../catalog-facts.js';
import { ProvisioningError } from '../provisioning-error.js';
import { anonymousGroup, authenticatedGroup, groupRoleName, type ProvisioningSpec } from '../provisioning-spec.js';
import { isDuplicate, isRefusal, type Statement } from '../session.js';
import type { ProvisioningStep, StepContext } from './step.js';

export const createGroupRoles: ProvisioningStep = {
  name: 'create-group-roles',
  async run(context) {
    const { spec, facts, owner } = context;
    const wanted = [
      { name: spec.groupRole, attributes: 'NOLOGIN NOINHERIT' },
      { name: anonymousGroup, attributes: 'NOLOGIN' },
      { name: authenticatedGroup, attributes: 'NOLOGIN' },
    ];
    for (const { name, attributes } of wanted) {
      if (facts.roles.some((role) => role.name === name)) continue;
      try {
        await owner.run({ text: `CREATE ROLE ${quoteIdentifier(name)} ${attributes}` });
      } catch (error) {
        if (!isDuplicate(error)) throw error;
      }
    }
    const group = facts.roles.find((role) => role.name === spec.groupRole);
    for (const name of [anonymousGroup, authenticatedGroup]) {
      if (group?.switches_to.includes(name)) continue;
      const text = `GRANT ${quoteIdentifier(name)} TO ${quoteIdentifier(spec.groupRole)}`;
      await grantMembership(context, { text });
    }
    return { status: 'finished', findings: { notes: [...dangerousRoles(facts), ...weakSeparation(spec, facts)] } };
  },
};

/**
 * Grants a membership as the owner. Since 16 only who made a role, or was given it with ADMIN OPTION, may; the private
 * superuser hands that over where there is one, else the message says what its maker has to run.
 */
export async function grantMembership(context: StepContext, statement: Statement): Promise<void> {
  const { spec, facts, owner, superuser } = context;
  try {
    await owner.run(statement);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const names = [spec.groupRole, anonymousGroup, authenticatedGroup].filter((name) =>
      facts.roles.some((role) => role.name === name && !role.admin),
    );
    const roles = (names.length === 0 ? [spec.groupRole] : names).map(quoteIdentifier).join(', ');
    const cure = `GRANT ${roles} TO ${quoteIdentifier(facts.owner)} WITH ADMIN OPTION`;
    if (superuser === undefined) {
      const advice = `Somebody else made these roles in this cluster: have them, or a superuser, run ${cure}`;
      throw new ProvisioningError({ ...error.failure, cure: advice }, { cause: error });
    }
    await superuser.run({ text: cure });
    await owner.run(statement);
  }
}

function dangerousRoles(facts: CatalogFacts): readonly string[] {
  return facts.roles
    .filter((role) => role.super || role.bypassrls)
    .map((role) => `The role '${role.name}' ignores row-level security; requests that would run as it are refused.`);
}

const FIRST_WITH_ADMIN_CHECK = 160_000;

function weakSeparation(spec: ProvisioningSpec, { version }: CatalogFacts): readonly string[] {
  // A cluster of our own has one owner only.
  if (version >= FIRST_WITH_ADMIN_CHECK || spec.groupRole === groupRoleName('local', '')) return [];
  const major = Math.floor(version / 10_000);
  return [
    `In PostgreSQL ${major} a role that may create roles can act as every other role that is no superuser: branches of different users should not share this cluster.`,
  ];
}
