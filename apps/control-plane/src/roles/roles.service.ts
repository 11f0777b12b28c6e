/** Reads the roles of a branch, and their passwords where they are known. */
import { Injectable } from '@nestjs/common';
import { RoleRepository, type Role } from '@perch/database';
import { present } from '../error/control-plane-error.js';
import type { Caller } from '../http/caller.js';
import { ProjectAccess } from '../projects/project-access.js';

@Injectable()
export class RolesService {
  constructor(
    private readonly roles: RoleRepository,
    private readonly access: ProjectAccess,
  ) {}

  async list(caller: Caller, projectId: string, branchId: string): Promise<readonly Role[]> {
    const branch = await this.access.branch(caller, projectId, branchId);
    return this.roles.listOfBranch(branch.id);
  }

  async get(caller: Caller, projectId: string, branchId: string, name: string): Promise<Role> {
    const branch = await this.access.branch(caller, projectId, branchId);
    return present(await this.roles.find(branch.id, name), 'role.not-found', name);
  }

  /** @throws role.not-found, role.password-unknown */
  async password(caller: Caller, projectId: string, branchId: string, name: string): Promise<string> {
    const role = await this.get(caller, projectId, branchId, name);
    return present(await this.roles.password(role.branchId, role.name), 'role.password-unknown', name);
  }
}
