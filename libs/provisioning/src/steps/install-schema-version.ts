/**
 * Event triggers by which the fleet sees every change of the schema in the very next request. Only superusers may make
 * them; where there is none for us, the fleet looks again on a miss, and the report says so.
 */
import { isRefusal, type Session } from '../session.js';
import { schemaIsOursSql, schemaVersionStatements } from '../schema-version.sql.js';
import type { ProvisioningStep, StepOutcome } from './step.js';

interface Installed {
  readonly schema_owner: string | null;
  readonly is_ours: boolean;
  readonly triggers: readonly string[];
}

const installedSql = `
  select (select pg_get_userbyid(nspowner)::text from pg_namespace where nspname = 'perch') as schema_owner,
         ${schemaIsOursSql} as is_ours,
         array(select evtname::text from pg_event_trigger where evtname like 'perch\\_schema\\_%') as triggers`;

export const installSchemaVersion: ProvisioningStep = {
  name: 'install-schema-version',
  async run({ owner, superuser }): Promise<StepOutcome> {
    const installer = superuser ?? owner;
    const installed = await look(installer);
    // Whoever owns the schema could change what the superuser's triggers run.
    if (!installed.is_ours) return onMiss(`a schema 'perch' that '${installed.schema_owner}' can change is there`);
    const statements = schemaVersionStatements(new Set(installed.triggers)).map((text) => ({ text }));
    try {
      await installer.runTogether(statements);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return onMiss(error.failure.reason);
    }
    return { status: 'finished', findings: { schemaVersion: 'event-trigger' } };
  },
};

async function look(session: Session): Promise<Installed> {
  const [row] = await session.rows<Installed>({ text: installedSql });
  return row ?? { schema_owner: null, is_ours: false, triggers: [] };
}

function onMiss(reason: string): StepOutcome {
  const note = `Event triggers are not allowed here (${reason}): changes of the schema are seen when a request misses something, or after a refresh.`;
  return { status: 'skipped', reason: note, findings: { schemaVersion: 'on-miss', notes: [note] } };
}
