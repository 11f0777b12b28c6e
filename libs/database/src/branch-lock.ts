/**
 * Keeps two changes of one project apart: whoever asks for an operation holds the project for the length of a
 * transaction, and is refused while an operation runs that it would disturb.
 */
import { DatabaseError } from './database-error.js';
import type { Prisma } from './generated/client.js';
import { unfinishedStatuses } from './operation.js';
import type { PrismaTransaction } from './prisma-client.js';

/** Until the transaction ends nobody else holds the project. Behind the publish lock, where both are needed. */
export async function lockProject(transaction: PrismaTransaction, projectId: string): Promise<void> {
  await transaction.$executeRaw`SELECT 1 FROM projects WHERE id = ${projectId} FOR NO KEY UPDATE`;
}

export interface BusyScope {
  /** Their own operations count. */
  readonly branchIds: readonly string[];
  /** Operations of other branches that copy from these count too. */
  readonly sourceIds: readonly string[];
}

/** First of a transaction that changes one branch and nothing that is copied from it. @throws DatabaseError database.busy */
export async function lockIdleBranch(
  transaction: PrismaTransaction,
  { projectId, branchId }: { readonly projectId: string; readonly branchId: string },
): Promise<void> {
  await lockProject(transaction, projectId);
  await assertIdle(transaction, { branchIds: [branchId], sourceIds: [] });
}

/** The same for what concerns the whole project. @throws DatabaseError database.busy */
export async function lockIdleProject(transaction: PrismaTransaction, projectId: string): Promise<void> {
  await lockProject(transaction, projectId);
  await refuseWhile(transaction, { projectId });
}

/**
 * The same for what takes the project away: an operation that failed and waits for another try is no reason to wait.
 *
 * @throws DatabaseError database.busy
 */
export async function lockQuietProject(transaction: PrismaTransaction, projectId: string): Promise<void> {
  await lockProject(transaction, projectId);
  await refuseWhile(transaction, { projectId, NOT: { status: 'scheduling', failuresCount: { gt: 0 } } });
}

/** @throws DatabaseError database.busy, which says because of what */
export async function assertIdle(transaction: PrismaTransaction, scope: BusyScope): Promise<void> {
  await refuseWhile(transaction, {
    OR: [
      { branchId: { in: [...scope.branchIds] } },
      ...scope.sourceIds.map((id) => ({ input: { path: ['source_branch_id'], equals: id } })),
    ],
  });
}

async function refuseWhile(transaction: PrismaTransaction, where: Prisma.OperationWhereInput): Promise<void> {
  const running = await transaction.operation.findFirst({
    where: { AND: [{ status: { in: [...unfinishedStatuses] } }, where] },
    orderBy: { sequence: 'asc' },
    select: { id: true },
  });
  if (running === null) return;
  throw new DatabaseError('database.busy', `operation '${running.id}' is under way`);
}
