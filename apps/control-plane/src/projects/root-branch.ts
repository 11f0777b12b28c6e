/** What a new project's root branch consists of: for a Postgres of our own, and for one that the user has. */
import { randomBytes } from 'node:crypto';
import { inspectAttached, type AttachedServer } from '@perch/compute';
import type { NewProject } from '@perch/database';
import { newBranchId, newEndpointId } from '../ids/generate-id.js';
import type { CreateProject } from './projects.dto.js';
import { assertDatabaseNameFree, assertRoleNameFree } from './reserved-names.js';

export type RootBranch = NewProject['branch'];

export interface AttachedRoot {
  readonly branch: RootBranch;
  readonly pgVersion: number;
  readonly server: AttachedServer;
}

const DEFAULT_BRANCH = 'main';
const DEFAULT_DATABASE = 'appdb';
const DEFAULT_OWNER = 'appdb_owner';
const PASSWORD_BYTES = 24;

export function localRoot(input: CreateProject['branch'], port: number): RootBranch {
  const owner = input?.role_name ?? DEFAULT_OWNER;
  const database = input?.database_name ?? DEFAULT_DATABASE;
  assertRoleNameFree(owner);
  assertDatabaseNameFree(database);
  const endpointId = newEndpointId();
  return {
    ...commonParts(input),
    currentState: 'init',
    endpoints: [
      {
        id: endpointId,
        type: 'read_write',
        host: '127.0.0.1',
        port,
        isLocal: true,
        superuserPassword: newPassword(),
        suspendTimeoutSeconds: 0,
        currentState: 'init',
      },
    ],
    roles: [{ name: owner, password: newPassword(), isProtected: false }],
    databases: [{ name: database, ownerName: owner }],
    operations: [
      { action: 'create_timeline', endpointId },
      { action: 'start_compute', endpointId },
    ],
  };
}

/** @throws ComputeError when the server cannot be used */
export async function attachedRoot(input: CreateProject['branch'], connectionUrl: string): Promise<AttachedRoot> {
  const server = await inspectAttached(connectionUrl);
  const password = decodeURIComponent(new URL(connectionUrl).password);
  return {
    pgVersion: server.majorVersion,
    server,
    branch: {
      ...commonParts(input),
      connectionUrl,
      currentState: 'ready',
      endpoints: [
        {
          id: newEndpointId(),
          type: 'read_write',
          host: server.host,
          port: server.port,
          isLocal: false,
          suspendTimeoutSeconds: -1,
          currentState: 'active',
        },
      ],
      roles: [{ name: server.role, isProtected: false, ...(password !== '' && { password }) }],
      databases: ownDatabases(server),
      operations: [],
    },
  };
}

function commonParts(input: CreateProject['branch']) {
  return {
    id: newBranchId(),
    name: input?.name ?? DEFAULT_BRANCH,
    isDefault: true,
    isProtected: false,
    annotation: input?.annotations ?? {},
  };
}

/** The database of the URL first, so that it is the branch's default, then the others that the role owns. */
function ownDatabases(server: AttachedServer) {
  const others = server.databases.filter(({ name, owner }) => owner === server.role && name !== server.database);
  const ownerOf = (name: string) => server.databases.find((database) => database.name === name)?.owner ?? server.role;
  return [
    { name: server.database, ownerName: ownerOf(server.database) },
    ...others.map(({ name, owner }) => ({ name, ownerName: owner })),
  ];
}

function newPassword(): string {
  return randomBytes(PASSWORD_BYTES).toString('base64url');
}
