/** Makes branches of branches, renames, resets and deletes them. What takes time is left to operations. */
import { Injectable } from '@nestjs/common';
import { ComputeError } from '@perch/compute';
import {
  BranchLifecycleRepository,
  BranchRepository,
  DatabaseError,
  EndpointRepository,
  type Branch,
  type CreatedBranch,
} from '@perch/database';
import { failure, present } from '../error/control-plane-error.js';
import type { Caller } from '../http/caller.js';
import { OperationRunner } from '../operations/operation-runner.js';
import { ConnectionUris } from '../projects/connection-uris.js';
import { LocalPorts } from '../projects/local-ports.js';
import { ProjectAccess } from '../projects/project-access.js';
import type { ChangedBranch, CreateBranch, CreatedBranchView, RestoreBranch, UpdateBranch } from './branches.dto.js';
import { ConnectionReplacement } from './connection-replacement.js';
import { toExpiry } from './expiry.js';
import { attachedChild, localChild, type Child } from './new-branch.js';
import { assertCreateOffered, assertRestoreOffered } from './not-offered.js';

/** Tries until an id and a port are found that nobody else took at the same moment. */
const CREATE_TRIES = 10;
/** Milliseconds that POST waits for the copy; a large one goes on while the client looks at its operations. */
const CREATE_WAIT_MS = 10_000;

@Injectable()
export class BranchChangesService {
  constructor(
    private readonly branches: BranchRepository,
    private readonly lifecycles: BranchLifecycleRepository,
    private readonly endpoints: EndpointRepository,
    private readonly access: ProjectAccess,
    private readonly ports: LocalPorts,
    private readonly connectionUris: ConnectionUris,
    private readonly operations: OperationRunner,
    private readonly replacement: ConnectionReplacement,
  ) {}

  /** @throws branch.not-found of the parent, branch.name-taken, branch.option-unavailable, branch.expires, branch.busy */
  async create(caller: Caller, projectId: string, input: CreateBranch): Promise<CreatedBranchView> {
    const project = await this.access.project(caller, projectId);
    assertCreateOffered(input);
    if (input.branch.protected === true && input.branch.expires_at != null) {
      throw failure('branch.expiry-refused', input.branch.name ?? 'new', 'it is protected');
    }
    const parent = await this.parentOf(project.id, input.branch.parent_id);
    const child: Child = { project, parentId: parent.id, input };
    const created =
      project.compute === 'attached' ? await this.attach(child) : await this.copy(child, parent.currentState);
    await this.operations.dispatch(created.operations);
    const operations = await this.operations.settle(created.operations, CREATE_WAIT_MS);
    const branch = (await this.branches.find(project.id, created.branch.id)) ?? created.branch;
    const endpoints = await this.endpoints.listOfBranch(branch.id);
    const connections = await this.connectionUris.ofBranch(branch, endpoints, created.roles, created.databases);
    return { ...created, branch, endpoints, operations, ...connections };
  }

  /**
   * @throws branch.name-taken, branch.expiry-refused, branch.busy; of a connection URL branch.option-unavailable and
   * compute.not-usable
   */
  async update(caller: Caller, projectId: string, branchId: string, input: UpdateBranch): Promise<ChangedBranch> {
    const branch = await this.access.branch(caller, projectId, branchId);
    const { expires_at: expiresAt, perch } = input;
    const url = perch?.connection_url;
    const change = {
      ...(input.name !== undefined && { name: input.name }),
      ...(input.protected !== undefined && { isProtected: input.protected }),
      ...(expiresAt !== undefined && { expiry: expiresAt === null ? null : toExpiry(expiresAt) }),
      ...(url !== undefined && { connection: await this.replacement.check(branch, url) }),
    };
    const updated = await this.branches.update(branch, change).catch((error: unknown) => {
      const mustLast = error instanceof DatabaseError && error.code === 'database.must-last';
      throw mustLast ? failure('branch.expiry-refused', branch.id, error.message) : refusalOf(error, input.name);
    });
    return { branch: updated, operations: [] };
  }

  /** What a project's connection strings and the command line mean when they name no branch. @throws branch.expires, branch.busy */
  async setAsDefault(caller: Caller, projectId: string, branchId: string): Promise<ChangedBranch> {
    const branch = await this.access.branch(caller, projectId, branchId);
    const updated = await this.branches.makeDefault(branch).catch((error: unknown) => {
      throw expires(error) ? failure('branch.expires', branch.id, 'become the default branch') : error;
    });
    return { branch: updated, operations: [] };
  }

  /** Data of the source as they are now; the branch keeps its endpoint and data APIs. @throws branch.protected, branch.busy */
  async restore(caller: Caller, projectId: string, branchId: string, input: RestoreBranch): Promise<ChangedBranch> {
    const project = await this.access.project(caller, projectId);
    const branch = await this.access.branch(caller, projectId, branchId);
    assertRestoreOffered(input, branch.id);
    if (branch.isProtected) throw failure('branch.protected', branch.id, 'reset');
    const source = await this.access.branch(caller, projectId, input.source_branch_id);
    if (project.compute === 'attached') {
      throw failure('branch.option-unavailable', 'restore', 'a Postgres that was attached is not copied');
    }
    if (source.currentState !== 'ready') throw failure('branch.not-ready', source.id, source.currentState);
    const [endpoint] = await this.endpoints.listEvenHidden(branch.id);
    const { id: endpointId } = present(endpoint, 'endpoint.none', branch.id);
    const started = await this.lifecycles.startReset(branch, source.id, {
      action: 'reset_branch',
      endpointId,
      input: { source_branch_id: source.id },
    });
    await this.operations.dispatch(started.operations);
    return started;
  }

  /**
   * Its URL stops answering at once; its compute goes in the background. undefined when it is gone already.
   *
   * @throws branch.not-deletable, branch.busy
   */
  async delete(caller: Caller, projectId: string, branchId: string): Promise<ChangedBranch | undefined> {
    const project = await this.access.project(caller, projectId);
    const branch = await this.branches.find(project.id, branchId);
    if (branch === undefined) return undefined;
    if (branch.isDefault) throw failure('branch.not-deletable', branch.id, 'it is the default branch');
    if (branch.parentId === null) throw failure('branch.not-deletable', branch.id, 'it is the root of its project');
    if (branch.isProtected) throw failure('branch.not-deletable', branch.id, 'it is protected');
    const operations = await this.lifecycles.markDeleted(branch).catch((error: unknown) => {
      const hasChildren = error instanceof DatabaseError && error.code === 'database.conflict';
      throw hasChildren ? failure('branch.not-deletable', branch.id, 'it has children') : error;
    });
    if (operations === undefined) return undefined;
    await this.operations.dispatch(operations);
    return { branch, operations };
  }

  /** Without an id the default branch. */
  private async parentOf(projectId: string, id: string | undefined): Promise<Branch> {
    const branches = await this.branches.listOfProject(projectId);
    const parent = branches.find((branch) => (id === undefined ? branch.isDefault : branch.id === id));
    return present(parent, 'branch.not-found', id ?? 'default');
  }

  private async copy(child: Child, parentState: Branch['currentState']): Promise<CreatedBranch> {
    if (child.input.branch.perch?.connection_url !== undefined) {
      throw failure('branch.option-unavailable', 'perch.connection_url', 'branches of this project are copies');
    }
    if (parentState === 'archived') throw failure('branch.not-ready', child.parentId, parentState);
    for (let attempt = 0; attempt < CREATE_TRIES; attempt += 1) {
      const created = await this.insert(child, localChild(child, await this.ports.next()), true);
      if (created !== undefined) return created;
    }
    throw failure('project.try-again');
  }

  private async attach(child: Child): Promise<CreatedBranch> {
    const url = present(child.input.branch.perch?.connection_url, 'branch.connection-url-needed');
    const parentUrl = await this.branches.connectionUrl(child.parentId);
    const branch = await attachedChild(child, url, parentUrl).catch((error: unknown) => {
      throw error instanceof ComputeError ? failure('compute.not-usable', error.message) : error;
    });
    return present(await this.insert(child, branch, false), 'project.try-again');
  }

  /** undefined when somebody else took the id or the port at the same moment. */
  private async insert(
    child: Child,
    branch: Parameters<BranchRepository['create']>[0],
    copy: boolean,
  ): Promise<CreatedBranch | undefined> {
    try {
      return await this.branches.create(branch, { copy });
    } catch (error) {
      if (error instanceof DatabaseError && error.code === 'database.conflict') return undefined;
      if (expires(error)) throw failure('branch.expires', child.parentId, 'have children');
      throw refusalOf(error, child.input.branch.name);
    }
  }
}

function expires(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === 'database.expires';
}

function refusalOf(error: unknown, name: string | undefined): unknown {
  const isTaken = error instanceof DatabaseError && error.code === 'database.name-taken';
  return isTaken ? failure('branch.name-taken', name ?? '') : error;
}
