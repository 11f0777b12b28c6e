/** Finds what a path names, as far as the caller's key reaches; anything else does not exist for that caller. */
import { Injectable } from '@nestjs/common';
import { BranchRepository, ProjectRepository, type Branch, type Project } from '@perch/database';
import { present } from '../error/control-plane-error.js';
import { reaches, type Caller } from '../http/caller.js';

@Injectable()
export class ProjectAccess {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly branches: BranchRepository,
  ) {}

  /** @throws project.not-found */
  async project(caller: Caller, id: string): Promise<Project> {
    const project = reaches(caller, id) ? await this.projects.find(id) : undefined;
    return present(project, 'project.not-found', id);
  }

  /** @throws project.not-found, branch.not-found */
  async branch(caller: Caller, projectId: string, branchId: string): Promise<Branch> {
    const project = await this.project(caller, projectId);
    return present(await this.branches.find(project.id, branchId), 'branch.not-found', branchId);
  }
}
