/** Branches as the contract writes them, with the fields that are ours under `perch` (decision 18). */
import { branchIdPattern } from '@perch/contract';
import type { Branch, CreatedBranch, Operation } from '@perch/database';
import { z } from 'zod';
import { toDatabaseBody } from '../databases/databases.dto.js';
import { newEndpointSchema, toEndpointBody } from '../endpoints/endpoints.dto.js';
import { toOperationBody } from '../operations/operations.dto.js';
import type { BranchConnections } from '../projects/connection-uris.js';
import { toRoleBody } from '../roles/roles.dto.js';
import { theUser } from '../users/the-user.js';

export const listBranchesSchema = z.object({
  cursor: z.string().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(10_000),
  search: z.string().max(256).optional(),
  sort_by: z.enum(['name', 'created_at', 'updated_at']).default('updated_at'),
  sort_order: z.enum(['asc', 'desc']).default('desc'),
  /** Of the branches that can be had back, which are none: what was deleted is gone. */
  include_deleted: z.enum(['true', 'false']).optional(),
});
export type ListBranches = z.infer<typeof listBranchesSchema>;

export const countBranchesSchema = z.object({ search: z.string().max(256).optional() });
export type CountBranches = z.infer<typeof countBranchesSchema>;

const branchName = z
  .string()
  .trim()
  .min(1)
  .max(256)
  .refine((name) => !/[\u0000-\u001f\u007f]/.test(name), 'must not contain control characters')
  // Clients take a text of that shape for an id, wherever a branch is named.
  .refine((name) => !branchIdPattern.test(name), 'must not have the shape of a branch id');

/** Ten years: further off is a slip of the pen. */
const LONGEST_LIFE_MS = 10 * 365 * 24 * 60 * 60 * 1000;
/** RFC 3339. */
const expiresAt = z.iso
  .datetime({ offset: true })
  .refine((time) => Date.parse(time) > Date.now(), 'must be in the future')
  .refine((time) => Date.parse(time) < Date.now() + LONGEST_LIFE_MS, 'must be within ten years')
  .nullish();

/** What is not offered is read all the same, so that asking for it is refused rather than read over. */
export const createBranchSchema = z.object({
  branch: z
    .object({
      name: branchName.optional(),
      parent_id: z.string().min(1).optional(),
      parent_lsn: z.string().optional(),
      parent_timestamp: z.string().optional(),
      protected: z.boolean().optional(),
      archived: z.boolean().optional(),
      init_source: z.enum(['parent-data', 'schema-only']).optional(),
      expires_at: expiresAt,
      perch: z.strictObject({ connection_url: z.string().min(1).optional() }).optional(),
    })
    .default({}),
  endpoints: z.array(newEndpointSchema).max(1, 'a branch has one endpoint').default([]),
  annotation_value: z.record(z.string(), z.unknown()).optional(),
});
export type CreateBranch = z.infer<typeof createBranchSchema>;

export const updateBranchSchema = z.object({
  branch: z.object({
    name: branchName.optional(),
    protected: z.boolean().optional(),
    expires_at: expiresAt,
    /** Another URL of the same attached Postgres. Never returned. */
    perch: z.strictObject({ connection_url: z.string().min(1).optional() }).optional(),
  }),
});
export type UpdateBranch = z.infer<typeof updateBranchSchema>['branch'];

export const restoreBranchSchema = z.object({
  source_branch_id: z.string().min(1),
  source_lsn: z.string().optional(),
  source_timestamp: z.string().optional(),
  preserve_under_name: z.string().optional(),
});
export type RestoreBranch = z.infer<typeof restoreBranchSchema>;

export interface ChangedBranch {
  readonly branch: Branch;
  readonly operations: readonly Operation[];
}

export interface CreatedBranchView extends CreatedBranch, BranchConnections {}

export function toChangedBranchBody({ branch, operations }: ChangedBranch) {
  return { branch: toBranchBody(branch), operations: operations.map(toOperationBody) };
}

export function toCreatedBranchBody(created: CreatedBranchView) {
  return {
    branch: toBranchBody(created.branch),
    endpoints: created.endpoints.map(toEndpointBody),
    operations: created.operations.map(toOperationBody),
    roles: created.roles.map((role) => toRoleBody(role, created.passwords.get(role.name))),
    databases: created.databases.map(toDatabaseBody),
    ...(created.endpoints.length > 0 && { connection_uris: created.connectionUris }),
  };
}

export interface BranchPage {
  readonly branches: readonly Branch[];
  /** Absent on the last page. */
  readonly next: string | undefined;
}

export function toBranchPage({ branches, next }: BranchPage, { sort_by, sort_order }: ListBranches) {
  return {
    branches: branches.map(toBranchBody),
    annotations: Object.fromEntries(branches.map((branch) => [branch.id, toAnnotation(branch)])),
    pagination: { ...(next !== undefined && { next }), sort_by, sort_order: sort_order.toUpperCase() },
  };
}

export function toBranchBody(branch: Branch) {
  return {
    id: branch.id,
    project_id: branch.projectId,
    ...(branch.parentId !== null && { parent_id: branch.parentId }),
    name: branch.name,
    current_state: branch.currentState,
    ...(branch.pendingState !== null && { pending_state: branch.pendingState }),
    state_changed_at: branch.stateChangedAt.toISOString(),
    creation_source: 'console',
    primary: branch.isDefault,
    default: branch.isDefault,
    protected: branch.isProtected,
    cpu_used_sec: 0,
    compute_time_seconds: 0,
    active_time_seconds: 0,
    written_data_bytes: 0,
    data_transfer_bytes: 0,
    created_at: branch.createdAt.toISOString(),
    updated_at: branch.updatedAt.toISOString(),
    ...(branch.expiresAt !== null && { expires_at: branch.expiresAt.toISOString() }),
    ...(branch.ttlSeconds !== null && { ttl_interval_seconds: branch.ttlSeconds }),
    ...(branch.lastResetAt !== null && { last_reset_at: branch.lastResetAt.toISOString() }),
    init_source: branch.initSource,
    created_by: { name: theUser.name, image: theUser.image },
  };
}

export function toAnnotation(branch: Branch) {
  return {
    object: { type: 'console/branch', id: branch.id },
    value: branch.annotation,
    created_at: branch.createdAt.toISOString(),
    updated_at: branch.updatedAt.toISOString(),
  };
}
