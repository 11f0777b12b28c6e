/** Tells which schemas could be exposed and which tables are reachable without row-level security. */
import { availableSchemasSql, unprotectedTablesSql } from '../exposure.sql.js';
import {
  anonymousGroup,
  authenticatedGroup,
  type ProvisioningFindings,
  type ProvisioningSpec,
  type UnprotectedTable,
} from '../provisioning-spec.js';
import type { Session } from '../session.js';
import type { ProvisioningStep } from './step.js';

export const reportExposure: ProvisioningStep = {
  name: 'report-exposure',
  run: async ({ spec, owner }) => ({ status: 'finished', findings: await readExposure(owner, spec) }),
};

/** Reads only; the answer is of this moment. */
export async function readExposure(
  session: Session,
  spec: Pick<ProvisioningSpec, 'schemas' | 'anonymousRole'>,
): Promise<Pick<ProvisioningFindings, 'availableSchemas' | 'unprotectedTables'>> {
  const roles = [
    ...new Set([anonymousGroup, authenticatedGroup, ...(spec.anonymousRole === null ? [] : [spec.anonymousRole])]),
  ];
  const schemas = await session.rows<{ name: string }>({ text: availableSchemasSql });
  const tables = await session.rows<UnprotectedTable>({ text: unprotectedTablesSql, values: [spec.schemas, roles] });
  return { availableSchemas: schemas.map(({ name }) => name), unprotectedTables: tables };
}
