/** Databases as the contract writes them. */
import type { BranchDatabase } from '@perch/database';

export function toDatabaseBody(database: BranchDatabase) {
  return {
    id: database.id,
    branch_id: database.branchId,
    name: database.name,
    owner_name: database.ownerName,
    created_at: database.createdAt.toISOString(),
    updated_at: database.updatedAt.toISOString(),
  };
}
