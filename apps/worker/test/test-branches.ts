/** Rows of projects, branches and data APIs in the metadata, as the control plane makes them; their operations have not run. */
import { randomUUID } from 'node:crypto';
import { findFreePort } from '@perch/compute';
import type { Database, NewBranch, NewDataApi, Operation } from '@perch/database';

export interface TestBranch {
  readonly projectId: string;
  readonly branchId: string;
  readonly endpointId: string;
  readonly operations: readonly Operation[];
}

/** Its root branch has `appdb`, whose owner `app_owner` has the password `owned`. */
export async function newProject(database: Database): Promise<TestBranch> {
  const { branchId, endpointId } = newIds();
  const projectId = `still-lake-${String(Math.random()).slice(2, 10)}`;
  const { operations } = await database.projects.create({
    id: projectId,
    name: 'p',
    regionId: 'local',
    pgVersion: 18,
    compute: 'local',
    historyRetentionSeconds: 0,
    settings: {},
    defaultEndpointSettings: {},
    branch: {
      id: branchId,
      name: 'main',
      isDefault: true,
      isProtected: false,
      annotation: {},
      currentState: 'init',
      endpoints: [await newEndpoint(endpointId)],
      roles: [{ name: 'app_owner', password: 'owned', isProtected: false }],
      databases: [{ name: 'appdb', ownerName: 'app_owner' }],
      operations: [
        { action: 'create_timeline', endpointId },
        { action: 'start_compute', endpointId },
      ],
    },
  });
  return { projectId, branchId, endpointId, operations };
}

export async function newBranch(database: Database, parent: TestBranch): Promise<TestBranch> {
  const { branchId, endpointId } = newIds();
  const { projectId, branchId: parentId } = parent;
  const { operations } = await database.branches.create(
    {
      id: branchId,
      projectId,
      parentId,
      name: `child of ${parentId}: ${branchId}`,
      isDefault: false,
      isProtected: false,
      annotation: {},
      currentState: 'init',
      endpoints: [await newEndpoint(endpointId)],
      roles: [],
      databases: [],
      operations: [{ action: 'create_branch', endpointId, input: { source_branch_id: parentId } }],
    },
    { copy: true },
  );
  return { projectId, branchId, endpointId, operations };
}

/** Of `appdb`, with tokens of an issuer of its own. */
export function newDataApi({ projectId, branchId, endpointId }: TestBranch): NewDataApi {
  const id = randomUUID();
  return {
    id,
    projectId,
    branchId,
    endpointId,
    databaseName: 'appdb',
    loginRole: `perch_api_${id.replaceAll('-', '')}`,
    loginPassword: 'login',
    settings: { db_max_rows: 7 },
    provider: 'external',
    providerName: null,
    jwksUrl: null,
    jwks: { keys: [{ kty: 'RSA', kid: 'one' }] },
    audience: 'app',
    audienceRequired: true,
    issuer: null,
    addDefaultGrants: true,
    addAnonymousGrants: true,
    skipAuthSchema: false,
  };
}

function newIds(): { readonly branchId: string; readonly endpointId: string } {
  const suffix = randomUUID().slice(0, 8);
  return { branchId: `br-still-lake-${suffix}`, endpointId: `ep-still-lake-${suffix}` };
}

async function newEndpoint(id: string): Promise<NewBranch['endpoints'][number]> {
  return {
    id,
    type: 'read_write',
    host: '127.0.0.1',
    port: await findFreePort(),
    isLocal: true,
    superuserPassword: `private ${id}`,
    suspendTimeoutSeconds: 0,
    currentState: 'init',
  };
}
