/** Branches: read, made as a copy of their parent, and changed. */
import type { Branch, BranchChange, CreatedBranch, NewBranch } from './branch.js';
import { connectionUrlPlace, replaceConnection } from './branch-connection.js';
import { copyContents, inheritDataApis } from './branch-copy.js';
import { assertIdle, lockIdleBranch, lockProject } from './branch-lock.js';
import { assertLasting, assertMayExpire, assertNameFree } from './branch-rules.js';
import { DatabaseError } from './database-error.js';
import { insertBranch } from './insert-branch.js';
import type { Prisma } from './prisma-client.js';
import { isUniqueViolation } from './prisma-errors.js';
import { takePublishLock } from './publish-snapshot.js';
import type { SecretBox } from './secret-box.js';

export class BranchRepository {
  constructor(
    private readonly prisma: Prisma,
    private readonly secrets: SecretBox,
  ) {}

  async find(projectId: string, id: string): Promise<Branch | undefined> {
    const where = { id, projectId, deletedAt: null, project: { deletedAt: null } };
    return (await this.prisma.branch.findFirst({ where })) ?? undefined;
  }

  /** By its id alone, deleted or of a deleted project too. */
  async findEvenDeleted(id: string): Promise<Branch | undefined> {
    return (await this.prisma.branch.findUnique({ where: { id } })) ?? undefined;
  }

  async listOfProject(projectId: string): Promise<readonly Branch[]> {
    const where = { projectId, deletedAt: null };
    return this.prisma.branch.findMany({ where, orderBy: [{ updatedAt: 'desc' }, { id: 'asc' }] });
  }

  /** true while a branch of the project is protected. */
  async hasProtected(projectId: string): Promise<boolean> {
    return (await this.prisma.branch.findFirst({ where: { projectId, isProtected: true, deletedAt: null } })) !== null;
  }

  /**
   * A branch of `input.parentId`, with the parent's roles and databases where `copy` is set, and with its active data
   * APIs where the branch has an endpoint.
   *
   * @throws DatabaseError database.name-taken; database.busy when the parent is changing; database.expires when the
   * parent does; database.conflict: an id or a port is taken, make new ones and try again.
   */
  async create(
    input: NewBranch & { readonly parentId: string },
    { copy }: { readonly copy: boolean },
  ): Promise<CreatedBranch> {
    try {
      return await this.prisma.$transaction(async (transaction) => {
        await takePublishLock(transaction);
        await lockProject(transaction, input.projectId);
        await assertIdle(transaction, { branchIds: [input.parentId], sourceIds: [] });
        await assertNameFree(transaction, input);
        await assertLasting(transaction, input.parentId);
        const { operations, ...created } = await insertBranch(transaction, this.secrets, input);
        const { id, projectId, parentId } = input;
        if (copy) await copyContents(transaction, this.secrets, { from: parentId, to: id });
        const endpointId = created.endpoints.find(({ hidden }) => !hidden)?.id;
        const inherited =
          endpointId === undefined
            ? []
            : await inheritDataApis(transaction, this.secrets, { id, projectId, parentId, endpointId });
        return {
          ...created,
          roles: await transaction.role.findMany({ where: { branchId: id } }),
          databases: await transaction.database.findMany({ where: { branchId: id }, orderBy: { id: 'asc' } }),
          operations: [...operations, ...inherited],
        };
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new DatabaseError('database.conflict', `Branch '${input.id}' or its port exists already`, { cause: error });
    }
  }

  /** @throws DatabaseError database.name-taken, database.busy; database.must-last with why it must not expire. */
  async update(branch: Branch, { expiry, connection, ...change }: BranchChange): Promise<Branch> {
    return this.prisma.$transaction(async (transaction) => {
      if (connection !== undefined) await takePublishLock(transaction);
      await lockIdleBranch(transaction, { projectId: branch.projectId, branchId: branch.id });
      if (change.name !== undefined) await assertNameFree(transaction, { ...branch, name: change.name });
      if (connection !== undefined) await replaceConnection(transaction, this.secrets, branch.id, connection);
      const data = { ...change, ...(expiry !== undefined && (expiry ?? { expiresAt: null, ttlSeconds: null })) };
      const updated = await transaction.branch.update({ where: { id: branch.id }, data });
      await assertMayExpire(transaction, updated);
      return updated;
    });
  }

  /** @throws DatabaseError database.busy, database.expires. */
  async makeDefault(branch: Branch): Promise<Branch> {
    return this.prisma.$transaction(async (transaction) => {
      await lockIdleBranch(transaction, { projectId: branch.projectId, branchId: branch.id });
      await assertLasting(transaction, branch.id);
      const others = { projectId: branch.projectId, isDefault: true, id: { not: branch.id } };
      await transaction.branch.updateMany({ where: others, data: { isDefault: false } });
      return transaction.branch.update({ where: { id: branch.id }, data: { isDefault: true } });
    });
  }

  /** The URL of an attached Postgres as the user gave it, or undefined for a local branch. A secret: never log it. */
  async connectionUrl(id: string): Promise<string | undefined> {
    const row = await this.prisma.branch.findUnique({ where: { id }, select: { connectionUrlSealed: true } });
    return row?.connectionUrlSealed == null
      ? undefined
      : this.secrets.open(row.connectionUrlSealed, connectionUrlPlace(id));
  }
}
