/** Reads, makes, renames and drops the databases of a branch. */
import { Injectable } from '@nestjs/common';
import {
  BranchContentsRepository,
  BranchDatabaseRepository,
  BranchRepository,
  DatabaseError,
  DataApiRepository,
  RoleRepository,
  type Branch,
  type BranchDatabase,
  type ContentChange,
  type Operation,
} from '@perch/database';
import { failure, present } from '../error/control-plane-error.js';
import type { Caller } from '../http/caller.js';
import { ContentOperations } from '../operations/content-operations.js';
import { ProjectAccess } from '../projects/project-access.js';
import { assertDatabaseNameFree } from '../projects/reserved-names.js';
import type { CreateDatabase, UpdateDatabase } from './databases.dto.js';

export interface ChangedDatabase {
  readonly database: BranchDatabase;
  readonly operations: readonly Operation[];
}

/** As the contract has it. */
const DATABASES_PER_BRANCH = 500;

@Injectable()
export class DatabasesService {
  constructor(
    private readonly databases: BranchDatabaseRepository,
    private readonly contents: BranchContentsRepository,
    private readonly branches: BranchRepository,
    private readonly roles: RoleRepository,
    private readonly dataApis: DataApiRepository,
    private readonly access: ProjectAccess,
    private readonly operations: ContentOperations,
  ) {}

  async list(caller: Caller, projectId: string, branchId: string): Promise<readonly BranchDatabase[]> {
    const branch = await this.access.branch(caller, projectId, branchId);
    return this.databases.listOfBranch(branch.id);
  }

  async get(caller: Caller, projectId: string, branchId: string, name: string): Promise<BranchDatabase> {
    const branch = await this.access.branch(caller, projectId, branchId);
    return present(await this.databases.find(branch.id, name), 'database.not-found', name);
  }

  /** @throws database.exists, database.limit, role.not-found, project.name-reserved, branch.busy, operation.failed */
  async create(
    caller: Caller,
    projectId: string,
    branchId: string,
    { name, owner_name: ownerName }: CreateDatabase,
  ): Promise<ChangedDatabase> {
    const branch = await this.access.branch(caller, projectId, branchId);
    assertDatabaseNameFree(name);
    present(await this.roles.find(branch.id, ownerName), 'role.not-found', ownerName);
    const existing = await this.databases.listOfBranch(branch.id);
    if (existing.some((one) => one.name === name)) throw failure('database.exists', name);
    if (existing.length >= DATABASES_PER_BRANCH) throw failure('database.limit', DATABASES_PER_BRANCH);
    const created = await this.contents
      .createDatabase(addressOf(branch), { name, ownerName })
      .catch((error: unknown) => {
        throw isTaken(error) ? failure('database.exists', name) : error;
      });
    return { database: created.row, operations: await this.operations.run([created.operation]) };
  }

  /** @throws database.not-found, database.exists, database.in-use, role.not-found, branch.busy, operation.failed */
  async update(
    caller: Caller,
    projectId: string,
    branchId: string,
    name: string,
    input: UpdateDatabase,
  ): Promise<ChangedDatabase> {
    const branch = await this.access.branch(caller, projectId, branchId);
    const database = present(await this.databases.find(branch.id, name), 'database.not-found', name);
    const newName = input.name === name ? undefined : input.name;
    const owner = input.owner_name === database.ownerName ? undefined : input.owner_name;
    if (newName === undefined && owner === undefined) return { database, operations: [] };
    if (newName !== undefined) await this.assertMayRename(branch, name, newName);
    if (owner !== undefined) present(await this.roles.find(branch.id, owner), 'role.not-found', owner);
    const change: ContentChange = { kind: 'alter-database', name, new_name: newName, owner_name: owner };
    const operations = await this.operations.run([await this.contents.change(addressOf(branch), change)]);
    return { database: (await this.databases.find(branch.id, newName ?? name)) ?? database, operations };
  }

  /** With its data API, if there is one. undefined when it is gone already. @throws database.in-use, branch.busy, operation.failed */
  async delete(
    caller: Caller,
    projectId: string,
    branchId: string,
    name: string,
  ): Promise<ChangedDatabase | undefined> {
    const branch = await this.access.branch(caller, projectId, branchId);
    const database = await this.databases.find(branch.id, name);
    if (database === undefined) return undefined;
    await this.assertNotOurs(branch, name);
    const operations = await this.contents.dropDatabase(addressOf(branch), name);
    return { database, operations: await this.operations.run(operations) };
  }

  private async assertMayRename(branch: Branch, name: string, newName: string): Promise<void> {
    assertDatabaseNameFree(newName);
    await this.assertNotOurs(branch, name);
    if ((await this.databases.find(branch.id, newName)) !== undefined) throw failure('database.exists', newName);
    if ((await this.dataApis.find(branch.id, name)) !== undefined) {
      throw failure('database.in-use', name, 'its data API has the name in its URL; disable it first');
    }
  }

  /** An attached server is reached through the database of its URL. */
  private async assertNotOurs(branch: Branch, name: string): Promise<void> {
    const url = await this.branches.connectionUrl(branch.id);
    if (url !== undefined && decodeURIComponent(new URL(url).pathname.slice(1)) === name) {
      throw failure('database.in-use', name, 'Perch connects to the attached server through it');
    }
  }
}

function addressOf(branch: Branch) {
  return { projectId: branch.projectId, branchId: branch.id };
}

function isTaken(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === 'database.conflict';
}
