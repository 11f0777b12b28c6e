/** Roles as the contract writes them. The roles that Perch makes for its data APIs are not among them. */
import type { Role } from '@perch/database';
import { z } from 'zod';
import { postgresName } from '../projects/reserved-names.js';

export const createRoleSchema = z.object({
  role: z.object({ name: postgresName, no_login: z.boolean().optional() }),
});
export type CreateRole = z.infer<typeof createRoleSchema>['role'];

export function toRoleBody(role: Role, password?: string) {
  return {
    branch_id: role.branchId,
    name: role.name,
    ...(password !== undefined && { password }),
    protected: role.isProtected,
    authentication_method: role.noLogin ? 'no_login' : 'password',
    created_at: role.createdAt.toISOString(),
    updated_at: role.updatedAt.toISOString(),
  };
}
