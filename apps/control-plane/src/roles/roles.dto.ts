/** Roles as the contract writes them. The roles that Perch makes for its data APIs are not among them. */
import type { Role } from '@perch/database';

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
