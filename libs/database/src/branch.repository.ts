/** Branches, and the rows that come to be with one: its endpoint, roles, databases and first operations. */
import type { BranchModel } from './generated/models.js';
import { connectionUrlPlace, replaceConnection, type BranchConnection } from './branch-connection.js';
import { copyContents, inheritDataApis, removeDataApis, reprovisionDataApis } from './branch-copy.js';
import { assertIdle, lockIdleBranch, lockProject } from './branch-lock.js';
import { DatabaseError } from './database-error.js';
import { insertEndpoint, type NewEndpoint } from './endpoint.repository.js';
import type { Operation } from './operation.js';
import { insertOperation, type NewOperation } from './operation.repository.js';
import type { Prisma, PrismaTransaction } from './prisma-client.js';
import type { CreatedBranch } from './project.repository.js';
import { isUniqueViolation } from './prisma-errors.js';
import { takePublishLock } from './publish-snapshot.js';
import { insertRole, type NewRole } from './role.repository.js';
import type { SecretBox } from './secret-box.js';

export type Branch = Readonly<Omit<BranchModel, 'connectionUrlSealed'>>;

/** When a branch is deleted, and how many seconds that is from when it was decided. */
export interface Expiry {
  readonly expiresAt: Date;
  readonly ttlSeconds: number;
}

export interface BranchChange {
  readonly name?: string;
  readonly isProtected?: boolean;
  /** null: never. */
  readonly expiry?: Expiry | null;
  /** Another way to the attached Postgres that it has. */
  readonly connection?: BranchConnection;
}

export interface NewBranch {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly parentId?: string;
  readonly initSource?: string;
  readonly expiry?: Expiry;
  readonly isDefault: boolean;
  readonly isProtected: boolean;
  /** An attached Postgres: the URL the user gave. */
  readonly connectionUrl?: string;
  /** `ready` when nothing has to be made first. */
  readonly currentState: Branch['currentState'];
  readonly annotation: object;
  readonly endpoints: readonly Omit<NewEndpoint, 'projectId' | 'branchId'>[];
  readonly roles: readonly Omit<NewRole, 'branchId'>[];
  readonly databases: readonly { readonly name: string; readonly ownerName: string }[];
  /** In the order in which they are to run. */
  readonly operations: readonly Omit<NewOperation, 'projectId' | 'branchId'>[];
}

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

  /** Branches whose time has come, of no deleted project. */
  async listExpired(now: Date): Promise<readonly Branch[]> {
    return this.prisma.branch.findMany({
      where: { expiresAt: { lte: now }, deletedAt: null, project: { deletedAt: null } },
      orderBy: [{ expiresAt: 'asc' }, { id: 'asc' }],
    });
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
      return this.leave(transaction, row);
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

  private async leave(transaction: PrismaTransaction, { id, projectId }: Branch): Promise<readonly Operation[]> {
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

  async setState(id: string, currentState: Branch['currentState']): Promise<void> {
    const data = { currentState, pendingState: null, stateChangedAt: new Date() };
    await this.prisma.branch.updateMany({ where: { id }, data });
  }

  /** The URL of an attached Postgres as the user gave it, or undefined for a local branch. A secret: never log it. */
  async connectionUrl(id: string): Promise<string | undefined> {
    const row = await this.prisma.branch.findUnique({ where: { id }, select: { connectionUrlSealed: true } });
    return row?.connectionUrlSealed == null
      ? undefined
      : this.secrets.open(row.connectionUrlSealed, connectionUrlPlace(id));
  }
}

export async function insertBranch(
  transaction: PrismaTransaction,
  secrets: SecretBox,
  input: NewBranch,
): Promise<CreatedBranch> {
  const { endpoints, roles, databases, operations, connectionUrl, annotation, parentId, expiry, ...columns } = input;
  const ids = { projectId: input.projectId, branchId: input.id };
  const branch = await transaction.branch.create({
    data: {
      ...columns,
      ...expiry,
      parentId: parentId ?? null,
      annotation: { ...annotation },
      connectionUrlSealed:
        connectionUrl === undefined ? null : secrets.seal(connectionUrl, connectionUrlPlace(input.id)),
    },
  });
  return {
    branch,
    endpoints: await inOrder(endpoints, (endpoint) => insertEndpoint(transaction, secrets, { ...endpoint, ...ids })),
    roles: await inOrder(roles, (role) => insertRole(transaction, secrets, { ...role, branchId: input.id })),
    databases: await inOrder(databases, (data) =>
      transaction.database.create({ data: { ...data, branchId: input.id } }),
    ),
    operations: await inOrder(operations, (operation) => insertOperation(transaction, { ...operation, ...ids })),
  };
}

async function assertNameFree(
  transaction: PrismaTransaction,
  { id, projectId, name }: Pick<Branch, 'id' | 'projectId' | 'name'>,
): Promise<void> {
  const taken = await transaction.branch.findFirst({ where: { projectId, name, id: { not: id } } });
  if (taken !== null) throw new DatabaseError('database.name-taken', `A branch is called '${name}' already`);
}

/** @throws DatabaseError database.expires: others are to rest on it, and it goes by itself. */
async function assertLasting(transaction: PrismaTransaction, id: string): Promise<void> {
  const row = await transaction.branch.findUnique({ where: { id }, select: { expiresAt: true } });
  if (row?.expiresAt != null) throw new DatabaseError('database.expires', `Branch '${id}' expires`);
}

/** @throws DatabaseError database.must-last: it could not be deleted when its time comes. */
async function assertMayExpire(transaction: PrismaTransaction, branch: Branch): Promise<void> {
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

function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

async function inOrder<In, Out>(items: readonly In[], insert: (item: In) => Promise<Out>): Promise<readonly Out[]> {
  const inserted: Out[] = [];
  for (const item of items) inserted.push(await insert(item));
  return inserted;
}
