/**
 * Providers of a project or of one branch. Making or removing one changes the data APIs in its scope in the same
 * transaction and publishes them, so that the fleet never sees half of it.
 */
import { lockIdleBranch, lockIdleProject } from './branch-lock.js';
import { toDataApi, type DataApi } from './data-api.js';
import { DatabaseError } from './database-error.js';
import { Prisma as PrismaNamespace } from './generated/client.js';
import type { Jwks } from '@perch/contract';
import type { ProjectJwksModel } from './generated/models.js';
import type { Prisma, PrismaTransaction } from './prisma-client.js';
import { publishWithin, takePublishLock } from './publish-snapshot.js';

export type ProjectJwks = Readonly<ProjectJwksModel>;

export interface NewProjectJwks {
  readonly id: string;
  readonly projectId: string;
  /** null: all branches, those made later too. */
  readonly branchId: string | null;
  readonly jwksUrl: string;
  readonly providerName: string;
  readonly audience: string | null;
  readonly roleNames: readonly string[];
}

export class ProjectJwksRepository {
  constructor(private readonly prisma: Prisma) {}

  /** Oldest first. */
  async list(projectId: string): Promise<readonly ProjectJwks[]> {
    return this.prisma.projectJwks.findMany({ where: { projectId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
  }

  /** Data APIs of the project that have a provider of their own. */
  async listOwn(projectId: string): Promise<readonly DataApi[]> {
    const where = { branch: { projectId }, jwksUrl: { not: null }, jwksId: null };
    const rows = await this.prisma.dataApi.findMany({ where, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
    return rows.map(toDataApi);
  }

  /** The one that a data API of this branch gets when it brings none. */
  async inForce(projectId: string, branchId: string): Promise<ProjectJwks | undefined> {
    const found = await this.prisma.projectJwks.findFirst({
      where: { projectId, OR: [{ branchId }, { branchId: null }] },
      orderBy: { createdAt: 'asc' },
    });
    return found ?? undefined;
  }

  /** @throws DatabaseError database.conflict: a data API in the scope would have two providers; database.busy */
  async create(input: NewProjectJwks, jwks: Jwks, fetchedAt: Date): Promise<ProjectJwks> {
    return this.prisma.$transaction(async (transaction) => {
      await takePublishLock(transaction);
      await lockIdle(transaction, input);
      await assertOnly(transaction, input);
      const row = await transaction.projectJwks.create({ data: { ...input, roleNames: [...input.roleNames] } });
      await publishAll(transaction, await dataApisIn(transaction, input, { jwksUrl: null }), {
        provider: 'external',
        providerName: row.providerName,
        jwksUrl: row.jwksUrl,
        jwksId: row.id,
        jwks: JSON.parse(JSON.stringify(jwks)),
        jwksFetchedAt: fetchedAt,
        jwksCheckedAt: fetchedAt,
        jwksError: null,
        audience: row.audience,
      });
      return row;
    });
  }

  /** Tokens of this provider are refused from now on. undefined when it is gone already. @throws DatabaseError database.busy */
  async remove(projectId: string, id: string): Promise<ProjectJwks | undefined> {
    return this.prisma.$transaction(async (transaction) => {
      await takePublishLock(transaction);
      const row = await transaction.projectJwks.findFirst({ where: { id, projectId } });
      if (row === null) return undefined;
      await lockIdle(transaction, row);
      await publishAll(transaction, await dataApisIn(transaction, row, { jwksId: id }), noProvider);
      await transaction.projectJwks.delete({ where: { id } });
      return row;
    });
  }

  /** The same for a data API's own provider. @throws DatabaseError database.busy */
  async removeOwn(projectId: string, id: string): Promise<DataApi | undefined> {
    return this.prisma.$transaction(async (transaction) => {
      await takePublishLock(transaction);
      const where = { id, branch: { projectId }, jwksUrl: { not: null }, jwksId: null };
      const row = await transaction.dataApi.findFirst({ where });
      if (row === null) return undefined;
      await lockIdle(transaction, { projectId, branchId: row.branchId });
      await publishAll(transaction, [row], noProvider);
      return toDataApi(row);
    });
  }
}

/** Everything that the provider is for. */
async function lockIdle(
  transaction: PrismaTransaction,
  { projectId, branchId }: { readonly projectId: string; readonly branchId: string | null },
): Promise<void> {
  if (branchId === null) await lockIdleProject(transaction, projectId);
  else await lockIdleBranch(transaction, { projectId, branchId });
}

type Address = { readonly id: string; readonly endpointId: string; readonly databaseName: string };

const noProvider: PrismaNamespace.DataApiUncheckedUpdateInput = {
  provider: null,
  providerName: null,
  jwksUrl: null,
  jwksId: null,
  jwks: PrismaNamespace.DbNull,
  jwksFetchedAt: null,
  jwksCheckedAt: null,
  jwksError: null,
  audience: null,
};

async function assertOnly(transaction: PrismaTransaction, { projectId, branchId }: NewProjectJwks): Promise<void> {
  const overlapping = branchId === null ? {} : { OR: [{ branchId }, { branchId: null }] };
  const other = await transaction.projectJwks.findFirst({ where: { projectId, ...overlapping } });
  if (other !== null) throw conflict(`'${other.providerName}' (${other.id}) is the provider there`);
  const [own] = await dataApisIn(transaction, { projectId, branchId }, { jwksUrl: { not: null } });
  if (own !== undefined) throw conflict(`the data API of database '${own.databaseName}' has one (${own.id})`);
}

function conflict(reason: string): DatabaseError {
  return new DatabaseError('database.conflict', reason);
}

function dataApisIn(
  transaction: PrismaTransaction,
  { projectId, branchId }: { readonly projectId: string; readonly branchId: string | null },
  where: PrismaNamespace.DataApiWhereInput,
): Promise<readonly Address[]> {
  const scope = branchId === null ? {} : { branchId };
  return transaction.dataApi.findMany({ where: { branch: { projectId }, ...scope, ...where } });
}

async function publishAll(
  transaction: PrismaTransaction,
  dataApis: readonly Address[],
  data: PrismaNamespace.DataApiUncheckedUpdateInput,
): Promise<void> {
  for (const { id, endpointId, databaseName } of dataApis) {
    await publishWithin(transaction, { endpointId, database: databaseName, removed: false }, (inner, version) =>
      inner.dataApi.update({ where: { id }, data: { ...data, version } }),
    );
  }
}
