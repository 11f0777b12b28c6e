/** Gives branches their endpoint, starts and suspends it, and takes it away; the branch's data stay. */
import { Injectable } from '@nestjs/common';
import { EndpointRepository, type Endpoint, type RequestedEndpoint } from '@perch/database';
import { failure, present } from '../error/control-plane-error.js';
import type { Caller } from '../http/caller.js';
import { OperationRunner } from '../operations/operation-runner.js';
import { ProjectAccess } from '../projects/project-access.js';
import type { CreateEndpoint, UpdateEndpoint } from './endpoints.dto.js';
import { assertEndpointSettingsOffered } from './not-offered.js';

/** Milliseconds that an answer waits for a compute to start or to stop: as long as that takes when all is well. */
const WAIT_MS = 5_000;

@Injectable()
export class EndpointChangesService {
  constructor(
    private readonly endpoints: EndpointRepository,
    private readonly access: ProjectAccess,
    private readonly operations: OperationRunner,
  ) {}

  /** @throws branch.not-found, endpoint.exists, endpoint.option-unavailable, branch.busy */
  async create(caller: Caller, projectId: string, input: CreateEndpoint): Promise<RequestedEndpoint> {
    assertEndpointSettingsOffered(input.settings, 'endpoint.settings');
    const branch = await this.access.branch(caller, projectId, input.branch_id);
    const known = await this.endpoints.listEvenHidden(branch.id);
    const visible = known.find(({ hidden }) => !hidden);
    if (visible !== undefined) throw failure('endpoint.exists', branch.id, visible.id);
    const hidden = present(known[0], 'endpoint.none', branch.id);
    return this.run(await this.endpoints.reveal(hidden, { parentId: branch.parentId, change: toSettings(input) }));
  }

  /** A disabled endpoint is suspended. @throws endpoint.not-found, endpoint.option-unavailable, branch.busy */
  async update(caller: Caller, projectId: string, id: string, input: UpdateEndpoint): Promise<RequestedEndpoint> {
    assertEndpointSettingsOffered(input.settings, 'endpoint.settings');
    const endpoint = await this.find(caller, projectId, id);
    const change = toSettings(input);
    const suspend = input.disabled === true && endpoint.localPort !== null && endpoint.currentState !== 'idle';
    if (!suspend) return { endpoint: await this.endpoints.update(endpoint, change), operations: [] };
    return this.run(
      await this.endpoints.request(endpoint, { actions: ['suspend_compute'], pendingState: 'idle', change }),
    );
  }

  /** Its data APIs stop answering at once. undefined when it is gone already. @throws branch.protected, branch.busy */
  async delete(caller: Caller, projectId: string, id: string): Promise<RequestedEndpoint | undefined> {
    const project = await this.access.project(caller, projectId);
    const endpoint = await this.endpoints.find(project.id, id);
    if (endpoint === undefined) return undefined;
    const { isProtected } = await this.access.branch(caller, projectId, endpoint.branchId);
    if (isProtected) throw failure('branch.protected', endpoint.branchId, 'left without its endpoint');
    return this.run(await this.endpoints.hide(endpoint));
  }

  /** @throws endpoint.not-found, endpoint.disabled, branch.busy */
  async start(caller: Caller, projectId: string, id: string): Promise<RequestedEndpoint> {
    const endpoint = await this.find(caller, projectId, id);
    if (endpoint.disabled) throw failure('endpoint.disabled', id);
    if (endpoint.localPort === null) return { endpoint, operations: [] };
    return this.run(await this.endpoints.request(endpoint, { actions: ['start_compute'], pendingState: 'active' }));
  }

  /** @throws endpoint.not-found, endpoint.attached, branch.busy */
  async suspend(caller: Caller, projectId: string, id: string): Promise<RequestedEndpoint> {
    const endpoint = this.local(await this.find(caller, projectId, id));
    if (endpoint.currentState === 'idle' && endpoint.pendingState === null) return { endpoint, operations: [] };
    return this.run(await this.endpoints.request(endpoint, { actions: ['suspend_compute'], pendingState: 'idle' }));
  }

  /** @throws endpoint.not-found, endpoint.attached, endpoint.disabled, branch.busy */
  async restart(caller: Caller, projectId: string, id: string): Promise<RequestedEndpoint> {
    const endpoint = this.local(await this.find(caller, projectId, id));
    if (endpoint.disabled) throw failure('endpoint.disabled', id);
    const actions = ['suspend_compute', 'start_compute'] as const;
    return this.run(await this.endpoints.request(endpoint, { actions, pendingState: 'active' }));
  }

  private async find(caller: Caller, projectId: string, id: string): Promise<Endpoint> {
    const project = await this.access.project(caller, projectId);
    return present(await this.endpoints.find(project.id, id), 'endpoint.not-found', id);
  }

  private local(endpoint: Endpoint): Endpoint {
    if (endpoint.localPort === null) throw failure('endpoint.attached', endpoint.id);
    return endpoint;
  }

  private async run({ endpoint, operations }: RequestedEndpoint): Promise<RequestedEndpoint> {
    await this.operations.dispatch(operations);
    const settled = await this.operations.settle(operations, WAIT_MS);
    return { endpoint: (await this.endpoints.findEvenDeleted(endpoint.id)) ?? endpoint, operations: settled };
  }
}

function toSettings(input: UpdateEndpoint) {
  return {
    ...(input.name !== undefined && { name: input.name }),
    ...(input.disabled !== undefined && { disabled: input.disabled }),
    ...(input.settings !== undefined && { settings: input.settings }),
    ...(input.suspend_timeout_seconds !== undefined && { suspendTimeoutSeconds: input.suspend_timeout_seconds }),
  };
}
