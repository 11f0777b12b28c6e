/**
 * Keeps two changes of one project apart: whoever asks for an operation holds the project for the length of a
 * transaction, and is refused while an operation runs that it would disturb.
 */
import { DatabaseError } from './database-error.js';
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

/** @throws DatabaseError database.busy, which says because of what */
export async function assertIdle(transaction: PrismaTransaction, scope: BusyScope): Promise<void> {
  const running = await transaction.operation.findFirst({
    where: {
      status: { in: [...unfinishedStatuses] },
      OR: [
        { branchId: { in: [...scope.branchIds] } },
        ...scope.sourceIds.map((id) => ({ input: { path: ['source_branch_id'], equals: id } })),
      ],
    },
    orderBy: { sequence: 'asc' },
    select: { id: true, action: true },
  });
  if (running === null) return;
  throw new DatabaseError('database.busy', `operation '${running.id}' (${running.action}) is under way`);
}
