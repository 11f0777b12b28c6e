/** What a branch of a branch consists of, before its rows are made: a copy to come, or a Postgres that the user has. */
import { randomBytes } from 'node:crypto';
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

/** @throws ComputeError when the server cannot be used */
export async function attachedChild(child: Child, connectionUrl: string): Promise<ChildBranch> {
  const { branch } = await attachedRoot(undefined, connectionUrl);
  const hidden = child.input.endpoints.length === 0;
  return {
    ...branch,
    ...commonParts(child),
    endpoints: branch.endpoints.map((endpoint) => ({ ...endpoint, hidden })),
  };
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
