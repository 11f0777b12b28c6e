/** The Postgres databases of a branch. */
import type { BranchDatabase } from './branch.js';
import type { Prisma } from './prisma-client.js';

export class BranchDatabaseRepository {
  constructor(private readonly prisma: Prisma) {}

  async find(branchId: string, name: string): Promise<BranchDatabase | undefined> {
    return (await this.prisma.database.findUnique({ where: { branchId_name: { branchId, name } } })) ?? undefined;
  }

  /** Oldest first: the first one is the branch's default. */
  async listOfBranch(branchId: string): Promise<readonly BranchDatabase[]> {
    return this.prisma.database.findMany({ where: { branchId }, orderBy: { id: 'asc' } });
  }
}
