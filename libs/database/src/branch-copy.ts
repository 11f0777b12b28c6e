/** The rows of a branch that its data bring along: roles with their passwords, databases, and the data APIs of those. */
import { randomBytes, randomUUID } from 'node:crypto';
import { insertDataApi, insertProvisioning } from './data-api-rows.js';
import { toDataApi } from './data-api.js';
import type { Operation } from './operation.js';
import type { PrismaTransaction } from './prisma-client.js';
import { publishWithin } from './publish-snapshot.js';
import { copyRoles } from './role.repository.js';
import type { SecretBox } from './secret-box.js';

const PASSWORD_BYTES = 32;

/** Makes the roles and databases of `to` those of `from`, which its data are a copy of. */
export async function copyContents(
  transaction: PrismaTransaction,
  secrets: SecretBox,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  await copyRoles(transaction, secrets, { from, to });
  await transaction.database.deleteMany({ where: { branchId: to } });
  const databases = await transaction.database.findMany({ where: { branchId: from }, orderBy: { id: 'asc' } });
  for (const { name, ownerName } of databases) {
    await transaction.database.create({ data: { branchId: to, name, ownerName } });
  }
}

/**
 * Gives a branch the active data APIs of its parent, each with a login of its own (decision 17); a database that the
 * branch does not have is left out. The transaction holds the publish lock.
 */
export async function inheritDataApis(
  transaction: PrismaTransaction,
  secrets: SecretBox,
  branch: { readonly id: string; readonly projectId: string; readonly parentId: string; readonly endpointId: string },
): Promise<readonly Operation[]> {
  const { id: branchId, projectId, parentId, endpointId } = branch;
  const databases = await transaction.database.findMany({ where: { branchId }, select: { name: true } });
  const names = databases.map(({ name }) => name);
  const rows = await transaction.dataApi.findMany({
    where: { branchId: parentId, status: 'active', databaseName: { in: names } },
    orderBy: { createdAt: 'asc' },
  });
  const operations: Operation[] = [];
  for (const { provider, providerName, databaseName, ...parent } of rows.map(toDataApi)) {
    const id = randomUUID();
    const created = await publishWithin(
      transaction,
      { endpointId, database: databaseName, removed: false },
      (within, version) =>
        insertDataApi(
          within,
          secrets,
          {
            id,
            projectId,
            branchId,
            endpointId,
            databaseName,
            loginRole: `perch_api_${id.replaceAll('-', '')}`,
            loginPassword: randomBytes(PASSWORD_BYTES).toString('base64url'),
            settings: parent.settings,
            provider,
            providerName,
            jwksUrl: parent.jwksUrl,
            jwksId: parent.jwksId,
            jwks: parent.jwks,
            audience: parent.audience,
            audienceRequired: parent.audienceRequired,
            issuer: parent.issuer,
            addDefaultGrants: parent.addDefaultGrants,
            addAnonymousGrants: parent.addAnonymousGrants,
            skipAuthSchema: parent.skipAuthSchema,
          },
          version,
        ),
    );
    if (created !== undefined) operations.push(created.operation);
  }
  return operations;
}

/** After a copy the logins are those of the source: every data API of the branch needs its own again. */
export async function reprovisionDataApis(
  transaction: PrismaTransaction,
  projectId: string,
  branchId: string,
): Promise<readonly Operation[]> {
  const operations: Operation[] = [];
  for (const row of await transaction.dataApi.findMany({ where: { branchId }, orderBy: { createdAt: 'asc' } })) {
    operations.push(await insertProvisioning(transaction, projectId, row));
  }
  return operations;
}

/** Out of the fleet at once. The transaction holds the publish lock. */
export async function removeDataApis(
  transaction: PrismaTransaction,
  where: { readonly branchId?: string; readonly endpointId?: string; readonly notIn?: readonly string[] },
): Promise<void> {
  const rows = await transaction.dataApi.findMany({
    where: {
      ...(where.branchId !== undefined && { branchId: where.branchId }),
      ...(where.endpointId !== undefined && { endpointId: where.endpointId }),
      ...(where.notIn !== undefined && { databaseName: { notIn: [...where.notIn] } }),
    },
  });
  for (const { id, endpointId, databaseName } of rows) {
    await publishWithin(transaction, { endpointId, database: databaseName, removed: true }, (within) =>
      within.dataApi.delete({ where: { id }, select: { id: true } }),
    );
  }
}
