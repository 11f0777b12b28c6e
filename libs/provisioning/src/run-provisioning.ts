/**
 * Prepares a database for a data API: the steps in order, each told before and after. Run again after whatever happened,
 * it makes what is missing and leaves the rest.
 */
import { readCatalogFacts } from './catalog-facts.js';
import { ProvisioningError } from './provisioning-error.js';
import type { ProvisioningConnections, ProvisioningFindings, ProvisioningSpec } from './provisioning-spec.js';
import { openSession, prepareConnection } from './session.js';
import { createAuthSchema } from './steps/create-auth-schema.js';
import { createGroupRoles } from './steps/create-group-roles.js';
import { createLoginRole } from './steps/create-login-role.js';
import { grantAccess } from './steps/grant-access.js';
import { installSchemaVersion } from './steps/install-schema-version.js';
import { reportExposure } from './steps/report-exposure.js';
import type { ProvisioningStep } from './steps/step.js';

export type StepReport =
  | { readonly step: string; readonly status: 'running' | 'finished' }
  | { readonly step: string; readonly status: 'skipped'; readonly reason: string }
  | {
      readonly step: string;
      readonly status: 'failed';
      readonly statement: string | undefined;
      readonly reason: string;
    };

export function provisioningSteps(): readonly ProvisioningStep[] {
  return [createGroupRoles, createLoginRole, createAuthSchema, grantAccess, installSchemaVersion, reportExposure];
}

type Report = (step: StepReport) => Promise<void>;

/** @throws ProvisioningError of the first step that fails, after `report` was told. */
export async function runProvisioning(
  spec: ProvisioningSpec,
  connections: ProvisioningConnections,
  report: Report,
): Promise<ProvisioningFindings> {
  return runSteps(provisioningSteps(), spec, connections, report);
}

/** Another login role for a database that is prepared already, with all that provisioning gives one. @throws ProvisioningError */
export async function createLogin(
  spec: ProvisioningSpec,
  connections: ProvisioningConnections,
  report: Report,
): Promise<void> {
  await runSteps([createLoginRole], spec, connections, report);
}

async function runSteps(
  steps: readonly ProvisioningStep[],
  spec: ProvisioningSpec,
  connections: ProvisioningConnections,
  report: Report,
): Promise<ProvisioningFindings> {
  const { watch } = connections;
  const owner = await prepareConnection(connections.owner);
  const superuser = connections.superuser && (await prepareConnection(connections.superuser));
  const facts = await readCatalogFacts(openSession(owner, 'read-catalog'), spec);
  let findings = owner.pooled ? { ...nothingFound, notes: [pooledNote] } : nothingFound;
  for (const step of steps) {
    await report({ step: step.name, status: 'running' });
    try {
      const outcome = await step.run({
        spec,
        facts,
        owner: openSession(owner, step.name, watch),
        superuser: superuser === undefined ? undefined : openSession(superuser, step.name, watch),
      });
      findings = merge(findings, outcome.findings ?? {});
      await report(
        outcome.status === 'skipped'
          ? { step: step.name, status: 'skipped', reason: outcome.reason ?? '' }
          : { step: step.name, status: 'finished' },
      );
    } catch (error) {
      if (error instanceof ProvisioningError) {
        const { statement } = error.failure;
        await report({ step: step.name, status: 'failed', statement, reason: error.message });
      }
      throw error;
    }
  }
  return findings;
}

const pooledNote =
  'The connection goes through a pooler: set db_prepared_statements to false unless it keeps prepared statements, and leave db_channel_enabled off.';

const nothingFound: ProvisioningFindings = Object.freeze({
  availableSchemas: [],
  unprotectedTables: [],
  skippedGrants: [],
  notes: [],
  schemaVersion: 'on-miss',
});

function merge(one: ProvisioningFindings, two: Partial<ProvisioningFindings>): ProvisioningFindings {
  return {
    availableSchemas: [...one.availableSchemas, ...(two.availableSchemas ?? [])],
    unprotectedTables: [...one.unprotectedTables, ...(two.unprotectedTables ?? [])],
    skippedGrants: [...one.skippedGrants, ...(two.skippedGrants ?? [])],
    notes: [...one.notes, ...(two.notes ?? [])],
    schemaVersion: two.schemaVersion ?? one.schemaVersion,
  };
}
