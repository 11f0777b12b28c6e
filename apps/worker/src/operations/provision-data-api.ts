/** Makes a data API usable: its compute runs, its database is prepared, its snapshot with the connection is published. */
import { scramVerifier } from '@perch/compute';
import { controlPlaneDefaults, resolveSettings } from '@perch/contract';
import type { DataApi, DataApiReport } from '@perch/database';
import {
  groupRoleName,
  runProvisioning,
  type ProvisioningFindings,
  type ProvisioningSpec,
  type StepReport,
} from '@perch/provisioning';
import { OperationRefused } from './failure.js';
import { findCompute } from './find-compute.js';
import { withConnections } from './open-connections.js';
import type { HandlerContext, OperationHandler } from './operation-handler.js';
import type { StepLog } from './step-log.js';

const PUBLISH = 'publish-snapshot';

export const provisionDataApi: OperationHandler = {
  async run(context) {
    const { operation, database, computes, steps } = context;
    const dataApi = await findDataApi(context);
    // Gone meanwhile, or published by a worker that was killed before it could say so.
    if (dataApi === undefined || steps.isFinished(PUBLISH)) return;
    const loginPassword = await database.dataApiLogins.password(dataApi.id);
    const found = await findCompute(database, dataApi.branchId, dataApi.endpointId, dataApi.databaseName);
    if (found === undefined || loginPassword === undefined) {
      throw new OperationRefused(`The branch '${operation.branchId}' has no Postgres`);
    }
    const adapter = computes.open(found.compute);
    await steps.run('start-compute', async () => {
      await adapter.start();
      if (found.endpoint.currentState !== 'active') await database.endpoints.setState(found.endpoint.id, 'active');
    });
    const spec = toSpec(dataApi, loginPassword, found.compute.kind);
    const findings = await withConnections(adapter, dataApi.databaseName, steps, (connections) =>
      runProvisioning(spec, connections, (report) => tell(steps, report)),
    );
    await steps.run(PUBLISH, () => database.dataApis.activate(dataApi, toReport(findings)));
  },
  async giveUp(context, message) {
    const dataApi = await findDataApi(context);
    if (dataApi !== undefined) await context.database.dataApis.recordError(dataApi, message);
  },
};

export async function findDataApi({ operation, database }: HandlerContext): Promise<DataApi | undefined> {
  return operation.dataApiId === null ? undefined : database.dataApis.findById(operation.dataApiId);
}

export function toSpec(dataApi: DataApi, loginPassword: string, kind: 'local' | 'attached'): ProvisioningSpec {
  const settings = resolveSettings(dataApi.settings, controlPlaneDefaults);
  return {
    groupRole: groupRoleName(kind, dataApi.endpointId),
    loginRole: dataApi.loginRole,
    loginPassword,
    loginVerifier: scramVerifier(loginPassword),
    schemas: settings.db_schemas,
    anonymousRole: settings.db_anon_role,
    addDefaultGrants: dataApi.addDefaultGrants,
    addAnonymousGrants: dataApi.addAnonymousGrants,
    skipAuthSchema: dataApi.skipAuthSchema,
  };
}

export async function tell(steps: StepLog, report: StepReport): Promise<void> {
  switch (report.status) {
    case 'running':
      return steps.begin(report.step);
    case 'failed':
      return steps.fail(report.reason, report.statement);
    case 'skipped':
      return steps.end('skipped', report.reason);
    case 'finished':
      return steps.end('finished');
    default:
      return report satisfies never;
  }
}

function toReport(findings: ProvisioningFindings): DataApiReport {
  return {
    available_schemas: [...findings.availableSchemas],
    unprotected_tables: findings.unprotectedTables.map(({ schema, name, roles }) => ({
      schema,
      name,
      roles: [...roles],
    })),
    skipped_grants: [...findings.skippedGrants],
    notes: [...findings.notes],
    schema_version: findings.schemaVersion,
  };
}
