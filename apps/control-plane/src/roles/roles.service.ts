/** Reads, makes and drops the roles of a branch, and tells and changes their passwords. */
import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  BranchContentsRepository,
  BranchDatabaseRepository,
  BranchRepository,
  DatabaseError,
  RoleRepository,
  type Branch,
  type Operation,
  type Role,
} from '@perch/database';
import { failure, present } from '../error/control-plane-error.js';
import type { Caller } from '../http/caller.js';
import { ContentOperations } from '../operations/content-operations.js';
import { ProjectAccess } from '../projects/project-access.js';
import { assertRoleNameFree } from '../projects/reserved-names.js';
import type { CreateRole } from './roles.dto.js';

export interface ChangedRole {
  readonly role: Role;
  readonly operations: readonly Operation[];
  /** A secret: only where a new one was just made. */
  readonly password?: string | undefined;
}

const ROLES_PER_BRANCH = 500;
const PASSWORD_BYTES = 24;

@Injectable()
export class RolesService {
  constructor(
    private readonly roles: RoleRepository,
    private readonly contents: BranchContentsRepository,
    private readonly databases: BranchDatabaseRepository,
    private readonly branches: BranchRepository,
    private readonly access: ProjectAccess,
    private readonly operations: ContentOperations,
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

  /** @throws role.exists, role.limit, project.name-reserved, branch.busy, operation.failed */
  async create(caller: Caller, projectId: string, branchId: string, input: CreateRole): Promise<ChangedRole> {
    const branch = await this.access.branch(caller, projectId, branchId);
    const { name, no_login: noLogin = false } = input;
    assertRoleNameFree(name);
    const existing = await this.roles.listOfBranch(branch.id);
    if (existing.some((one) => one.name === name)) throw failure('role.exists', name);
    if (existing.length >= ROLES_PER_BRANCH) throw failure('role.limit', ROLES_PER_BRANCH);
    const password = noLogin ? undefined : randomBytes(PASSWORD_BYTES).toString('base64url');
    const created = await this.contents
      .createRole(addressOf(branch), { name, noLogin, isProtected: false, ...(password !== undefined && { password }) })
      .catch((error: unknown) => {
        throw isTaken(error) ? failure('role.exists', name) : error;
      });
    return { role: created.row, operations: await this.operations.run([created.operation]), password };
  }

  /** Who is connected stays so; new connections need the new one. @throws role.no-login, role.in-use, branch.busy, operation.failed */
  async resetPassword(caller: Caller, projectId: string, branchId: string, name: string): Promise<ChangedRole> {
    const branch = await this.access.branch(caller, projectId, branchId);
    const role = present(await this.roles.find(branch.id, name), 'role.not-found', name);
    if (role.noLogin) throw failure('role.no-login', name);
    await this.assertNotOurs(branch, name);
    const change = { kind: 'reset-password', name } as const;
    const operations = await this.operations.run([await this.contents.change(addressOf(branch), change)]);
    const isDone = operations.every(({ status }) => status === 'finished');
    const password = isDone ? await this.roles.password(branch.id, name) : undefined;
    return { role: (await this.roles.find(branch.id, name)) ?? role, operations, password };
  }

  /** undefined when it is gone already. @throws role.in-use, branch.busy, operation.failed */
  async delete(caller: Caller, projectId: string, branchId: string, name: string): Promise<ChangedRole | undefined> {
    const branch = await this.access.branch(caller, projectId, branchId);
    const role = await this.roles.find(branch.id, name);
    if (role === undefined) return undefined;
    await this.assertNotOurs(branch, name);
    const owned = (await this.databases.listOfBranch(branch.id)).find(({ ownerName }) => ownerName === name);
    if (owned !== undefined) throw failure('role.in-use', name, `it owns the database '${owned.name}'`);
    const others = (await this.roles.listOfBranch(branch.id)).filter((one) => one.name !== name);
    if (!others.some(({ noLogin }) => !noLogin)) {
      throw failure('role.in-use', name, 'no other role of the branch can log in');
    }
    const change = { kind: 'drop-role', name } as const;
    return { role, operations: await this.operations.run([await this.contents.change(addressOf(branch), change)]) };
  }

  /** The role of an attached server's URL is how Perch gets in: its password is the user's to change, there and here. */
  private async assertNotOurs(branch: Branch, name: string): Promise<void> {
    const url = await this.branches.connectionUrl(branch.id);
    if (url !== undefined && decodeURIComponent(new URL(url).username) === name) {
      throw failure('role.in-use', name, 'Perch connects to the attached server as it');
    }
  }
}

function addressOf(branch: Branch) {
  return { projectId: branch.projectId, branchId: branch.id };
}

function isTaken(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === 'database.conflict';
}
