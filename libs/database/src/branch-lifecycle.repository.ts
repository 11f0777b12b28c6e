/** Ends of a branch's data: reset from another branch, expiry, deletion, and what the worker says when it is through. */
import type { Branch } from './branch.js';
import { copyContents, removeDataApis, reprovisionDataApis } from './branch-copy.js';
import { assertIdle, lockProject } from './branch-lock.js';
import { DatabaseError } from './database-error.js';
import type { Operation } from './operation.js';
import { insertOperation, type NewOperation } from './operation.repository.js';
import type { Prisma, PrismaTransaction } from './prisma-client.js';
import { takePublishLock } from './publish-snapshot.js';
import type { SecretBox } from './secret-box.js';

export class BranchLifecycleRepository {
  constructor(
    private readonly prisma: Prisma,
    private readonly secrets: SecretBox,
  ) {}

  /** Branches whose time has come, of no deleted project. */
  async listExpired(now: Date): Promise<readonly Branch[]> {
    return this.prisma.branch.findMany({
      where: { expiresAt: { lte: now }, deletedAt: null, project: { deletedAt: null } },
      orderBy: [{ expiresAt: 'asc' }, { id: 'asc' }],
    });
  }

  /**
   * Begins to make the data of `branch` those of `sourceId` again: its compute, then every data API's login.
   *
   * @throws DatabaseError database.busy.
   */
  async startReset(
    branch: Branch,
    sourceId: string,
    operation: Omit<NewOperation, 'projectId' | 'branchId'>,
  ): Promise<{ readonly branch: Branch; readonly operations: readonly Operation[] }> {
    const { id, projectId } = branch;
    return this.prisma.$transaction(async (transaction) => {
      await takePublishLock(transaction);
      await lockProject(transaction, projectId);
      await assertIdle(transaction, { branchIds: [id, sourceId], sourceIds: [id] });
      const reset = await insertOperation(transaction, { ...operation, projectId, branchId: id });
      const provisioning = await reprovisionDataApis(transaction, projectId, id);
      const now = new Date();
      const state = { currentState: 'resetting', pendingState: 'ready', stateChangedAt: now } as const;
      const { ttlSeconds } = branch;
      const data = { ...state, ...(ttlSeconds !== null && { expiresAt: after(now, ttlSeconds) }) };
      return {
        branch: await transaction.branch.update({ where: { id }, data }),
        operations: [reset, ...provisioning],
      };
    });
  }

  /** The data are copied: the rows follow. A data API whose database is not among them is gone. */
  async finishReset(id: string, sourceId: string): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      await takePublishLock(transaction);
      await copyContents(transaction, this.secrets, { from: sourceId, to: id });
      const databases = await transaction.database.findMany({ where: { branchId: id } });
      await removeDataApis(transaction, { branchId: id, notIn: databases.map(({ name }) => name) });
      const now = new Date();
      await transaction.branch.updateMany({
        where: { id },
        data: { currentState: 'ready', pendingState: null, stateChangedAt: now, lastResetAt: now },
      });
    });
  }

  /**
   * Takes a branch out of every list and its data APIs out of the fleet, and leaves the operations that take its compute
   * away. Its name is free at once. undefined when it is gone already.
   *
   * @param expiredBy only when its time had come by then, so that one that was given more stays
   * @throws DatabaseError database.busy; database.conflict when it has children.
   */
  async markDeleted(branch: Branch, expiredBy?: Date): Promise<readonly Operation[] | undefined> {
    const { id, projectId } = branch;
    return this.prisma.$transaction(async (transaction) => {
      await takePublishLock(transaction);
      await lockProject(transaction, projectId);
      const due = expiredBy === undefined ? {} : { expiresAt: { lte: expiredBy } };
      const row = await transaction.branch.findFirst({ where: { id, deletedAt: null, ...due } });
      if (row === null) return undefined;
      await assertIdle(transaction, { branchIds: [id], sourceIds: [id] });
      const child = await transaction.branch.findFirst({ where: { parentId: id, deletedAt: null } });
      if (child !== null) throw new DatabaseError('database.conflict', `Branch '${id}' has children`);
      return leave(transaction, row);
    });
  }

  /** What never came up, with whatever waited for it. */
  async abandon(id: string): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      await takePublishLock(transaction);
      await removeDataApis(transaction, { branchId: id });
      await transaction.branch.updateMany({ where: { parentId: id }, data: { parentId: null } });
      await transaction.branch.deleteMany({ where: { id } });
    });
  }

  /** The compute of a deleted branch is away: so are its rows. One that was not deleted stays. */
  async forgetDeleted(id: string): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      const row = await transaction.branch.findFirst({ where: { id, deletedAt: { not: null } } });
      if (row === null) return;
      await transaction.branch.updateMany({ where: { parentId: id }, data: { parentId: null } });
      await transaction.branch.deleteMany({ where: { id } });
    });
  }

  async setState(id: string, currentState: Branch['currentState']): Promise<void> {
    const data = { currentState, pendingState: null, stateChangedAt: new Date() };
    await this.prisma.branch.updateMany({ where: { id }, data });
  }
}

async function leave(transaction: PrismaTransaction, { id, projectId }: Branch): Promise<readonly Operation[]> {
  await removeDataApis(transaction, { branchId: id });
  // Names are unique among the rows, and this one may be needed before the row is gone.
  const data = { deletedAt: new Date(), name: `deleted ${id}` };
  await transaction.branch.update({ where: { id }, data });
  const operations: Operation[] = [];
  for (const endpoint of await transaction.endpoint.findMany({ where: { branchId: id } })) {
    const operation = { projectId, branchId: id, endpointId: endpoint.id, action: 'delete_timeline' } as const;
    operations.push(await insertOperation(transaction, operation));
  }
  return operations;
}

function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}
