/** What a branch of a branch consists of, before its rows are made: a copy to come, or a Postgres that the user has. */
import { randomBytes } from 'node:crypto';
import { inspectAttached, type AttachedServer } from '@perch/compute';
import type { NewBranch, Project } from '@perch/database';
import { z } from 'zod';
import { newBranchId, newEndpointId } from '../ids/generate-id.js';
import { attachedRoot } from '../projects/root-branch.js';
import type { CreateBranch } from './branches.dto.js';
import { toExpiry } from './expiry.js';

export type ChildBranch = NewBranch & { readonly parentId: string };

export interface Child {
  readonly project: Project;
  readonly parentId: string;
  readonly input: CreateBranch;
}

const PASSWORD_BYTES = 24;
const POSTGRES_PORT = 5432;
const endpointDefaults = z.object({ suspend_timeout_seconds: z.int().min(-1).max(604_800).default(0) }).catch({
  suspend_timeout_seconds: 0,
});

/** @param port that its Postgres is to keep for life. */
export function localChild(child: Child, port: number): ChildBranch {
  const endpointId = newEndpointId();
  const wanted = child.input.endpoints[0];
  const copy = { action: 'create_branch', endpointId, input: { source_branch_id: child.parentId } } as const;
  return {
    ...commonParts(child),
    currentState: 'init',
    endpoints: [
      {
        id: endpointId,
        type: 'read_write',
        host: '127.0.0.1',
        port,
        isLocal: true,
        superuserPassword: randomBytes(PASSWORD_BYTES).toString('base64url'),
        suspendTimeoutSeconds: suspendTimeoutOf(child.project, wanted),
        currentState: 'init',
        ...(wanted === undefined ? { hidden: true } : { pendingState: 'active', settings: wanted.settings ?? {} }),
      },
    ],
    roles: [],
    databases: [],
    operations: [copy, { action: wanted === undefined ? 'suspend_compute' : 'start_compute', endpointId }],
  };
}

/**
 * On the server of its parent it is the one database that its URL names: the others there are the parent's, or other
 * branches'. A server of its own it has whole.
 *
 * @throws ComputeError when the server cannot be used
 */
export async function attachedChild(
  child: Child,
  connectionUrl: string,
  parentUrl: string | undefined,
): Promise<ChildBranch> {
  const { branch, server } = await attachedRoot(undefined, connectionUrl);
  const hidden = child.input.endpoints.length === 0;
  const shares = parentUrl !== undefined && (await leadsTo(server, parentUrl));
  return {
    ...branch,
    ...commonParts(child),
    databases: shares ? branch.databases.filter(({ name }) => name === server.database) : branch.databases,
    endpoints: branch.endpoints.map((endpoint) => ({ ...endpoint, hidden })),
  };
}

/** By the server's own word; by its address where the parent's does not answer. */
async function leadsTo(server: AttachedServer, url: string): Promise<boolean> {
  const other = await inspectAttached(url).catch(() => undefined);
  if (other !== undefined) return other.startedAt === server.startedAt;
  const { hostname, port } = new URL(url);
  return hostname === server.host && (port === '' ? POSTGRES_PORT : Number(port)) === server.port;
}

/** Seconds; 0 means the default, -1 never. */
export function suspendTimeoutOf(
  project: Pick<Project, 'defaultEndpointSettings'>,
  wanted: { readonly suspend_timeout_seconds?: number | undefined } | undefined,
): number {
  return (
    wanted?.suspend_timeout_seconds ?? endpointDefaults.parse(project.defaultEndpointSettings).suspend_timeout_seconds
  );
}

function commonParts({ project, parentId, input }: Child) {
  const id = newBranchId();
  return {
    id,
    projectId: project.id,
    parentId,
    name: input.branch.name ?? id,
    isDefault: false,
    isProtected: input.branch.protected ?? false,
    annotation: input.annotation_value ?? {},
    ...(input.branch.expires_at != null && { expiry: toExpiry(input.branch.expires_at) }),
  };
}
