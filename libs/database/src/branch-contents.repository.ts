/**
 * Changes of a branch's databases and roles. A row appears with the operation that makes it, and goes only when the
 * server has let it go, so that the rows never promise what the server refused.
 */
import { assertIdle, lockProject } from './branch-lock.js';
import type { ContentChange } from './content-change.js';
import { DatabaseError } from './database-error.js';
import type { Operation } from './operation.js';
import { insertOperation } from './operation.repository.js';
import type { Prisma, PrismaTransaction } from './prisma-client.js';
import { isUniqueViolation } from './prisma-errors.js';
import type { BranchDatabase } from './branch.js';
import { publishWithin, takePublishLock } from './publish-snapshot.js';
import { insertRole, sealRolePassword, type NewRole, type Role } from './role.repository.js';
import type { SecretBox } from './secret-box.js';

export interface BranchAddress {
  readonly projectId: string;
  readonly branchId: string;
}

export class BranchContentsRepository {
  constructor(
    private readonly prisma: Prisma,
    private readonly secrets: SecretBox,
  ) {}

  /** @throws DatabaseError database.busy, database.conflict when the name is taken */
  async createDatabase(branch: BranchAddress, database: { readonly name: string; readonly ownerName: string }) {
    const change = { kind: 'create-database', name: database.name, owner_name: database.ownerName } as const;
    return this.create(branch, change, (transaction) =>
      transaction.database.create({ data: { ...database, branchId: branch.branchId } }),
    );
  }

  /** @throws DatabaseError database.busy, database.conflict when the name is taken */
  async createRole(branch: BranchAddress, role: Omit<NewRole, 'branchId'>) {
    return this.create(branch, { kind: 'create-role', name: role.name }, (transaction) =>
      insertRole(transaction, this.secrets, { ...role, branchId: branch.branchId }),
    );
  }

  /** An operation that changes what there is. @throws DatabaseError database.busy */
  async change(branch: BranchAddress, change: ContentChange): Promise<Operation> {
    return this.prisma.$transaction(async (transaction) => {
      await lockIdle(transaction, branch);
      return insertOperation(transaction, { ...branch, action: 'apply_config', input: { change } });
    });
  }

  /** Takes its data API out of the fleet at once, and leaves what drops both. @throws DatabaseError database.busy */
  async dropDatabase(branch: BranchAddress, name: string): Promise<readonly Operation[]> {
    return this.prisma.$transaction(async (transaction) => {
      await takePublishLock(transaction);
      await lockIdle(transaction, branch);
      const operations: Operation[] = [];
      const where = { branchId: branch.branchId, databaseName: name };
      for (const { id, endpointId, loginRole } of await transaction.dataApi.findMany({ where })) {
        await publishWithin(transaction, { endpointId, database: name, removed: true }, () =>
          transaction.dataApi.delete({ where: { id }, select: { id: true } }),
        );
        const input = { login_role: loginRole, database_name: name };
        const removal = { ...branch, endpointId, dataApiId: id, action: 'remove_data_api', input } as const;
        operations.push(await insertOperation(transaction, removal));
      }
      const input = { change: { kind: 'drop-database', name } } as const;
      operations.push(await insertOperation(transaction, { ...branch, action: 'apply_config', input }));
      return operations;
    });
  }

  /** The server has it so now. */
  async recordDatabase(
    branchId: string,
    name: string,
    change: { readonly name?: string | undefined; readonly ownerName?: string | undefined },
  ): Promise<void> {
    const { name: newName, ownerName } = change;
    await this.prisma.database.updateMany({
      where: { branchId, name },
      data: { ...(newName !== undefined && { name: newName }), ...(ownerName !== undefined && { ownerName }) },
    });
  }

  /** The server does not have it (any more). */
  async forgetDatabase(branchId: string, name: string): Promise<void> {
    await this.prisma.database.deleteMany({ where: { branchId, name } });
  }

  async forgetRole(branchId: string, name: string): Promise<void> {
    await this.prisma.role.deleteMany({ where: { branchId, name } });
  }

  /** The server takes this password now. */
  async recordPassword(branchId: string, name: string, password: string): Promise<void> {
    const passwordSealed = sealRolePassword(this.secrets, branchId, name, password);
    await this.prisma.role.updateMany({ where: { branchId, name }, data: { passwordSealed } });
  }

  private async create<Row extends BranchDatabase | Role>(
    branch: BranchAddress,
    change: ContentChange,
    insert: (transaction: PrismaTransaction) => Promise<Row>,
  ): Promise<{ readonly row: Row; readonly operation: Operation }> {
    try {
      return await this.prisma.$transaction(async (transaction) => {
        await lockIdle(transaction, branch);
        const row = await insert(transaction);
        return {
          row,
          operation: await insertOperation(transaction, { ...branch, action: 'apply_config', input: { change } }),
        };
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new DatabaseError('database.conflict', `'${change.name}' exists already on this branch`, { cause: error });
    }
  }
}

async function lockIdle(transaction: PrismaTransaction, { projectId, branchId }: BranchAddress): Promise<void> {
  await lockProject(transaction, projectId);
  await assertIdle(transaction, { branchIds: [branchId], sourceIds: [branchId] });
}
