/** Projects: made with everything below them, read, renamed, deleted. */
import { Injectable } from '@nestjs/common';
import { ComputeError } from '@perch/compute';
import {
  BranchRepository,
  DatabaseError,
  EndpointRepository,
  ProjectRepository,
  type CreatedProject,
  type NewOperation,
  type Project,
} from '@perch/database';
import { failure } from '../error/control-plane-error.js';
import { assertPersonal, type Caller } from '../http/caller.js';
import { decodeCursor, END_CURSOR } from '../http/cursor.js';
import { newProjectId } from '../ids/generate-id.js';
import { OperationRunner } from '../operations/operation-runner.js';
import { assertTheOrganization } from '../organizations/the-organization.js';
import { theRegion } from '../regions/region.js';
import { ConnectionUris } from './connection-uris.js';
import { LocalPorts } from './local-ports.js';
import { assertSettingsOffered } from './not-offered.js';
import { ProjectAccess } from './project-access.js';
import {
  projectSettings,
  type CreatedProjectView,
  type CreateProject,
  type ListProjects,
  type UpdateProject,
} from './projects.dto.js';
import { attachedRoot, localRoot, type RootBranch } from './root-branch.js';

/** The version of the embedded binaries. */
const LOCAL_PG_VERSION = 18;
/** Tries until an id and a port are found that nobody else took at the same moment. */
const CREATE_TRIES = 10;
/** Milliseconds that POST waits for the database to be up. */
const CREATE_WAIT_MS = 20_000;

@Injectable()
export class ProjectsService {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly branches: BranchRepository,
    private readonly endpoints: EndpointRepository,
    private readonly access: ProjectAccess,
    private readonly ports: LocalPorts,
    private readonly connectionUris: ConnectionUris,
    private readonly operations: OperationRunner,
  ) {}

  async list(caller: Caller, query: ListProjects): Promise<readonly Project[]> {
    const { cursor, limit, search } = query;
    assertTheOrganization(query.org_id);
    if (cursor === END_CURSOR || query.recoverable === 'true') return [];
    return this.projects.list({
      limit,
      ...(cursor !== undefined && { after: placeOf(cursor) }),
      ...(search !== undefined && search !== '' && { search }),
      ...(caller.projectId !== undefined && { onlyId: caller.projectId }),
    });
  }

  async get(caller: Caller, id: string): Promise<Project> {
    return this.access.project(caller, id);
  }

  async create(caller: Caller, input: CreateProject): Promise<CreatedProjectView> {
    assertPersonal(caller);
    assertTheOrganization(input.org_id);
    assertSettingsOffered(input);
    if (input.region_id !== undefined && input.region_id !== theRegion.region_id) {
      throw failure('project.region-unknown', input.region_id);
    }
    const created =
      input.perch?.compute === 'attached'
        ? await this.attach(input, input.perch.connection_url)
        : await this.createLocal(input);
    await this.operations.dispatch(created.operations);
    const operations = await this.operations.settle(created.operations, CREATE_WAIT_MS);
    const branch = (await this.branches.find(created.project.id, created.branch.id)) ?? created.branch;
    const endpoints = await this.endpoints.listOfBranch(branch.id);
    const uris = await this.connectionUris.ofBranch(branch, endpoints, created.roles, created.databases);
    return { ...created, branch, endpoints, operations, ...uris };
  }

  /** @throws branch.busy while anything of the project changes */
  async update(caller: Caller, id: string, input: UpdateProject): Promise<Project> {
    const project = await this.access.project(caller, id);
    assertSettingsOffered(input);
    return this.projects.update(project.id, {
      ...(input.name !== undefined && { name: input.name }),
      ...(input.history_retention_seconds !== undefined && {
        historyRetentionSeconds: input.history_retention_seconds,
      }),
      // One setting at a time is how clients change them.
      ...(input.settings !== undefined && {
        settings: { ...projectSettings.parse(project.settings), ...input.settings },
      }),
      ...(input.default_endpoint_settings !== undefined && {
        defaultEndpointSettings: input.default_endpoint_settings,
      }),
    });
  }

  /**
   * Its data APIs stop answering at once; its computes are taken away by the operations that this leaves.
   *
   * @throws branch.busy while anything of the project changes, project.protected
   */
  async delete(caller: Caller, id: string): Promise<Project> {
    assertPersonal(caller);
    const project = await this.access.project(caller, id);
    if (await this.branches.hasProtected(project.id)) throw failure('project.protected', project.id);
    const operations = await this.projects.markDeleted(project.id, await this.removal(project));
    await this.operations.dispatch(operations);
    return project;
  }

  private async removal(project: Project): Promise<readonly NewOperation[]> {
    const endpoints = await this.endpoints.listAllOfProject(project.id);
    return endpoints.map((endpoint) => ({
      projectId: project.id,
      branchId: endpoint.branchId,
      endpointId: endpoint.id,
      action: 'delete_timeline',
    }));
  }

  private async createLocal(input: CreateProject): Promise<CreatedProject> {
    const pgVersion = input.pg_version ?? LOCAL_PG_VERSION;
    if (pgVersion !== LOCAL_PG_VERSION) {
      throw failure('project.pg-version-unavailable', pgVersion, LOCAL_PG_VERSION);
    }
    for (let attempt = 0; attempt < CREATE_TRIES; attempt += 1) {
      const branch = localRoot(input.branch, await this.ports.next());
      const created = await this.insert(input, { branch, pgVersion, compute: 'local' });
      if (created !== undefined) return created;
    }
    throw failure('project.try-again');
  }

  private async attach(input: CreateProject, connectionUrl: string): Promise<CreatedProject> {
    const root = await attachedRoot(input.branch, connectionUrl).catch((error: unknown) => {
      throw error instanceof ComputeError ? failure('compute.not-usable', error.message) : error;
    });
    const created = await this.insert(input, { branch: root.branch, pgVersion: root.pgVersion, compute: 'attached' });
    if (created === undefined) throw failure('project.try-again');
    return created;
  }

  /** undefined when somebody else took the id or the port at the same moment. */
  private async insert(
    input: CreateProject,
    root: { readonly branch: RootBranch; readonly pgVersion: number; readonly compute: Project['compute'] },
  ): Promise<CreatedProject | undefined> {
    const id = newProjectId();
    try {
      return await this.projects.create({
        id,
        name: input.name ?? id,
        regionId: theRegion.region_id,
        historyRetentionSeconds: input.history_retention_seconds ?? 0,
        settings: input.settings ?? {},
        defaultEndpointSettings: input.default_endpoint_settings ?? {},
        ...root,
      });
    } catch (error) {
      if (error instanceof DatabaseError && error.code === 'database.conflict') return undefined;
      throw error;
    }
  }
}

function placeOf(cursor: string): Pick<Project, 'createdAt' | 'id'> {
  const [createdAt = '', id = ''] = decodeCursor(cursor, 2);
  const date = new Date(createdAt);
  if (Number.isNaN(date.getTime())) throw failure('pagination.cursor-unknown', cursor.slice(0, 100));
  return { createdAt: date, id };
}
