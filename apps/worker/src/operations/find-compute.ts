/** Rows of a branch in, its compute out. The compute holds passwords: it is never logged. */
import type { Compute, ComputeContents } from '@perch/compute';
import type { Database, Endpoint } from '@perch/database';
import { OperationRefused } from './failure.js';

export interface FoundCompute {
  readonly compute: Compute;
  readonly endpoint: Endpoint;
}

/**
 * @param ownerOf the database whose owner is meant; without it the branch's first role.
 * @returns undefined when the branch or its endpoint is gone.
 */
export async function findCompute(
  database: Database,
  branchId: string,
  endpointId: string | null,
  ownerOf?: string,
): Promise<FoundCompute | undefined> {
  const endpoint =
    endpointId === null
      ? (await database.endpoints.listEvenHidden(branchId))[0]
      : await database.endpoints.findEvenDeleted(endpointId);
  if (endpoint === undefined) return undefined;
  const superuserPassword = await database.endpoints.superuserPassword(endpoint.id);
  if (superuserPassword === undefined) {
    const connectionUrl = await database.branches.connectionUrl(branchId);
    if (connectionUrl === undefined) return undefined;
    return { endpoint, compute: { kind: 'attached', endpointId: endpoint.id, connectionUrl } };
  }
  const owner = await ownerCredentials(database, branchId, ownerOf);
  return {
    endpoint,
    compute: { kind: 'local', endpointId: endpoint.id, port: endpoint.port, superuserPassword, owner },
  };
}

/** What the branch's rows say must be in its compute. */
export async function contentsOf(database: Database, branchId: string): Promise<ComputeContents> {
  const roles = await database.roles.listOfBranch(branchId);
  const databases = await database.databases.listOfBranch(branchId);
  return {
    roles: await Promise.all(
      roles.map(async ({ name, noLogin }) => ({
        name,
        noLogin,
        password: await database.roles.password(branchId, name),
      })),
    ),
    databases: databases.map(({ name, ownerName }) => ({ name, ownerName })),
  };
}

async function ownerCredentials(database: Database, branchId: string, ownerOf: string | undefined) {
  const owned = ownerOf === undefined ? undefined : await database.databases.find(branchId, ownerOf);
  const role = owned?.ownerName ?? (await database.roles.listOfBranch(branchId))[0]?.name;
  const password = role === undefined ? undefined : await database.roles.password(branchId, role);
  if (role === undefined || password === undefined) {
    throw new OperationRefused(`The branch '${branchId}' has no owner role with a known password`);
  }
  return { role, password };
}
