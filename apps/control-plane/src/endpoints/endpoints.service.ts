/** Reads endpoints. */
import { Injectable } from '@nestjs/common';
import { EndpointRepository, type Endpoint } from '@perch/database';
import { present } from '../error/control-plane-error.js';
import type { Caller } from '../http/caller.js';
import { ProjectAccess } from '../projects/project-access.js';

@Injectable()
export class EndpointsService {
  constructor(
    private readonly endpoints: EndpointRepository,
    private readonly access: ProjectAccess,
  ) {}

  async list(caller: Caller, projectId: string): Promise<readonly Endpoint[]> {
    const project = await this.access.project(caller, projectId);
    return this.endpoints.listOfProject(project.id);
  }

  async listOfBranch(caller: Caller, projectId: string, branchId: string): Promise<readonly Endpoint[]> {
    const branch = await this.access.branch(caller, projectId, branchId);
    return this.endpoints.listOfBranch(branch.id);
  }

  async get(caller: Caller, projectId: string, id: string): Promise<Endpoint> {
    const project = await this.access.project(caller, projectId);
    return present(await this.endpoints.find(project.id, id), 'endpoint.not-found', id);
  }
}
