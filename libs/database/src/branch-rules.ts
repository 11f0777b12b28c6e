/** What holds between the branches of a project, asked within the transaction of the change that could break it. */
import type { Branch } from './branch.js';
import { DatabaseError } from './database-error.js';
import type { PrismaTransaction } from './prisma-client.js';

/** @throws DatabaseError database.name-taken */
export async function assertNameFree(
  transaction: PrismaTransaction,
  { id, projectId, name }: Pick<Branch, 'id' | 'projectId' | 'name'>,
): Promise<void> {
  const taken = await transaction.branch.findFirst({ where: { projectId, name, id: { not: id } } });
  if (taken !== null) throw new DatabaseError('database.name-taken', `A branch is called '${name}' already`);
}

/** @throws DatabaseError database.expires: others are to rest on it, and it goes by itself. */
export async function assertLasting(transaction: PrismaTransaction, id: string): Promise<void> {
  const row = await transaction.branch.findUnique({ where: { id }, select: { expiresAt: true } });
  if (row?.expiresAt != null) throw new DatabaseError('database.expires', `Branch '${id}' expires`);
}

/** @throws DatabaseError database.must-last: it could not be deleted when its time comes. */
export async function assertMayExpire(transaction: PrismaTransaction, branch: Branch): Promise<void> {
  if (branch.expiresAt === null) return;
  const refuse = (reason: string): never => {
    throw new DatabaseError('database.must-last', reason);
  };
  if (branch.parentId === null) refuse('it is the root of its project');
  if (branch.isDefault) refuse('it is the default branch');
  if (branch.isProtected) refuse('it is protected');
  const child = await transaction.branch.findFirst({ where: { parentId: branch.id, deletedAt: null } });
  if (child !== null) refuse('it has children');
}
