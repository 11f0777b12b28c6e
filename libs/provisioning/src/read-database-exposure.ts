/** For whoever shows a database's security: the schemas that could be exposed and the unprotected tables, read now. */
import type { ClientBase } from 'pg';
import type { ProvisioningFindings, ProvisioningSpec } from './provisioning-spec.js';
import { openSession, prepareConnection } from './session.js';
import { readExposure } from './steps/report-exposure.js';

export type DatabaseExposure = Pick<ProvisioningFindings, 'availableSchemas' | 'unprotectedTables'>;

/** @throws ProvisioningError */
export async function readDatabaseExposure(
  client: ClientBase,
  spec: Pick<ProvisioningSpec, 'schemas' | 'anonymousRole'>,
): Promise<DatabaseExposure> {
  return readExposure(openSession(await prepareConnection(client), 'report-exposure'), spec);
}
