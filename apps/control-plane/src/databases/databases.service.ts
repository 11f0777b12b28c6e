/** Reads the databases of a branch. */
import { Injectable } from '@nestjs/common';
import { BranchDatabaseRepository, type BranchDatabase } from '@perch/database';
import { present } from '../error/control-plane-error.js';
import type { Caller } from '../http/caller.js';
import { ProjectAccess } from '../projects/project-access.js';

@Injectable()
export class DatabasesService {
  constructor(
    private readonly databases: BranchDatabaseRepository,
    private readonly access: ProjectAccess,
  ) {}

  async list(caller: Caller, projectId: string, branchId: string): Promise<readonly BranchDatabase[]> {
    const branch = await this.access.branch(caller, projectId, branchId);
    return this.databases.listOfBranch(branch.id);
  }

  async get(caller: Caller, projectId: string, branchId: string, name: string): Promise<BranchDatabase> {
    const branch = await this.access.branch(caller, projectId, branchId);
    return present(await this.databases.find(branch.id, name), 'database.not-found', name);
  }
}
