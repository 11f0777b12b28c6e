/** Branches as the contract writes them. */
import type { Branch } from '@perch/database';
import { z } from 'zod';
import { theUser } from '../users/the-user.js';

export const listBranchesSchema = z.object({
  cursor: z.string().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(10_000),
  search: z.string().max(256).optional(),
  sort_by: z.enum(['name', 'created_at', 'updated_at']).default('updated_at'),
  sort_order: z.enum(['asc', 'desc']).default('desc'),
});
export type ListBranches = z.infer<typeof listBranchesSchema>;

export const countBranchesSchema = z.object({ search: z.string().max(256).optional() });
export type CountBranches = z.infer<typeof countBranchesSchema>;

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
