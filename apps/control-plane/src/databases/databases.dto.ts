/** Databases as the contract writes them. */
import type { BranchDatabase } from '@perch/database';
import { z } from 'zod';
import { postgresName } from '../projects/reserved-names.js';

export const createDatabaseSchema = z.object({
  database: z.object({ name: postgresName, owner_name: postgresName }),
});
export type CreateDatabase = z.infer<typeof createDatabaseSchema>['database'];

export const updateDatabaseSchema = z.object({
  database: z.object({ name: postgresName.optional(), owner_name: postgresName.optional() }),
});
export type UpdateDatabase = z.infer<typeof updateDatabaseSchema>['database'];

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
