/** The user's own Postgres roles of a branch (those that Perch makes for itself are not kept here). */
import type { RoleModel } from './generated/models.js';
import type { Prisma, PrismaTransaction } from './prisma-client.js';
import type { SecretBox } from './secret-box.js';

export type Role = Readonly<Omit<RoleModel, 'passwordSealed'>>;

export interface NewRole {
  readonly branchId: string;
  readonly name: string;
  readonly password?: string;
  readonly isProtected: boolean;
  readonly noLogin?: boolean;
}

export class RoleRepository {
  constructor(
    private readonly prisma: Prisma,
    private readonly secrets: SecretBox,
  ) {}

  async find(branchId: string, name: string): Promise<Role | undefined> {
    return (await this.prisma.role.findUnique({ where: { branchId_name: { branchId, name } } })) ?? undefined;
  }

  async listOfBranch(branchId: string): Promise<readonly Role[]> {
    return this.prisma.role.findMany({ where: { branchId }, orderBy: [{ createdAt: 'asc' }, { name: 'asc' }] });
  }

  /** undefined when there is no such role or its password is not known. A secret: never log it. */
  async password(branchId: string, name: string): Promise<string | undefined> {
    const row = await this.prisma.role.findUnique({
      where: { branchId_name: { branchId, name } },
      select: { passwordSealed: true },
    });
    return row?.passwordSealed == null
      ? undefined
      : this.secrets.open(row.passwordSealed, passwordPlace(branchId, name));
  }
}

export async function insertRole(transaction: PrismaTransaction, secrets: SecretBox, input: NewRole): Promise<Role> {
  const { password, ...columns } = input;
  return transaction.role.create({
    data: {
      ...columns,
      passwordSealed: password === undefined ? null : sealRolePassword(secrets, input.branchId, input.name, password),
    },
  });
}

/** Makes the roles of `to` those of `from`, each password sealed for its new place. */
export async function copyRoles(
  transaction: PrismaTransaction,
  secrets: SecretBox,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const rows = await transaction.role.findMany({
    where: { branchId: from },
    orderBy: [{ createdAt: 'asc' }, { name: 'asc' }],
    omit: { passwordSealed: false },
  });
  await transaction.role.deleteMany({ where: { branchId: to } });
  for (const { passwordSealed, updatedAt: _updatedAt, ...row } of rows) {
    const password = passwordSealed === null ? null : secrets.open(passwordSealed, passwordPlace(from, row.name));
    await transaction.role.create({
      data: {
        ...row,
        branchId: to,
        passwordSealed: password === null ? null : secrets.seal(password, passwordPlace(to, row.name)),
      },
    });
  }
}

export function sealRolePassword(secrets: SecretBox, branchId: string, name: string, password: string): string {
  return secrets.seal(password, passwordPlace(branchId, name));
}

function passwordPlace(branchId: string, name: string) {
  return { table: 'roles', column: 'password_sealed', row: `${branchId}/${name}` };
}
