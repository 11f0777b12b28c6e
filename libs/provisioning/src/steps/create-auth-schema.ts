/** The `auth` schema with the functions policies use. One that the user made is left as it is. */
import { quoteIdentifier } from '@perch/postgres';
import { authFunctions } from '../auth-functions.sql.js';
import { ProvisioningError } from '../provisioning-error.js';
import { isRefusal, type Session, type Statement } from '../session.js';
import { finished, type ProvisioningStep, type StepOutcome } from './step.js';

/** How we know the schema again: its comment begins so. */
export const authSchemaMark = 'Perch: functions over the token of a request';

export const createAuthSchema: ProvisioningStep = {
  name: 'create-auth-schema',
  async run({ spec, facts, owner }): Promise<StepOutcome> {
    if (spec.skipAuthSchema) return { status: 'skipped', reason: 'skip_auth_schema is set' };
    const schema = facts.auth_schema;
    if (schema !== null && !schema.comment?.startsWith(authSchemaMark)) {
      const reason = `The schema 'auth' of '${schema.owner}' was there before and is left as it is.`;
      return { status: 'skipped', reason, findings: { notes: [reason] } };
    }
    const present = schema === null ? new Set<string>() : await functionsPresent(owner);
    const missing = authFunctions(facts.version).filter(({ name }) => !present.has(name));
    const frame: readonly Statement[] =
      schema === null
        ? [{ text: 'CREATE SCHEMA auth' }, { text: `COMMENT ON SCHEMA auth IS '${authSchemaMark}'` }]
        : [];
    const statements = [...frame, ...missing.map(({ definition }) => ({ text: definition }))];
    if (statements.length === 0) return finished;
    try {
      await owner.runTogether(statements);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const cure =
        `Have the database's owner run GRANT CREATE ON DATABASE ${quoteIdentifier(facts.database)} TO ` +
        `${quoteIdentifier(facts.owner)}, or enable with skip_auth_schema`;
      throw new ProvisioningError({ ...error.failure, cure }, { cause: error });
    }
    return finished;
  },
};

async function functionsPresent(session: Session): Promise<ReadonlySet<string>> {
  const text = `select p.proname::text as name from pg_proc p
                 where p.pronamespace = 'auth'::regnamespace and p.pronargs = 0`;
  return new Set((await session.rows<{ name: string }>({ text })).map(({ name }) => name));
}
