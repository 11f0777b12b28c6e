/** Branches, and the rows that come to be with one: its endpoint, roles, databases and first operations. */
import type { BranchModel } from './generated/models.js';
import { insertEndpoint, type NewEndpoint } from './endpoint.repository.js';
import { insertOperation, type NewOperation } from './operation.repository.js';
import type { Prisma, PrismaTransaction } from './prisma-client.js';
import type { CreatedBranch } from './project.repository.js';
import { insertRole, type NewRole } from './role.repository.js';
import type { SecretBox } from './secret-box.js';

export type Branch = Readonly<Omit<BranchModel, 'connectionUrlSealed'>>;

export interface NewBranch {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly parentId?: string;
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
    const where = { id, projectId, project: { deletedAt: null } };
    return (await this.prisma.branch.findFirst({ where })) ?? undefined;
  }

  /** By its id alone, of a deleted project too. */
  async findEvenDeleted(id: string): Promise<Branch | undefined> {
    return (await this.prisma.branch.findUnique({ where: { id } })) ?? undefined;
  }

  async listOfProject(projectId: string): Promise<readonly Branch[]> {
    return this.prisma.branch.findMany({ where: { projectId }, orderBy: [{ updatedAt: 'desc' }, { id: 'asc' }] });
  }

  async setState(id: string, currentState: Branch['currentState']): Promise<void> {
    await this.prisma.branch.updateMany({ where: { id }, data: { currentState, stateChangedAt: new Date() } });
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
  const { endpoints, roles, databases, operations, connectionUrl, annotation, parentId, ...columns } = input;
  const ids = { projectId: input.projectId, branchId: input.id };
  const branch = await transaction.branch.create({
    data: {
      ...columns,
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

async function inOrder<In, Out>(items: readonly In[], insert: (item: In) => Promise<Out>): Promise<readonly Out[]> {
  const inserted: Out[] = [];
  for (const item of items) inserted.push(await insert(item));
  return inserted;
}

function connectionUrlPlace(id: string) {
  return { table: 'branches', column: 'connection_url_sealed', row: id };
}
