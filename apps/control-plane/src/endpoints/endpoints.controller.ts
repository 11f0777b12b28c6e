/** `/projects/{project_id}/endpoints` and `/projects/{project_id}/branches/{branch_id}/endpoints` */
import { Controller, Get, Param } from '@nestjs/common';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { toEndpointBody } from './endpoints.dto.js';
import { EndpointsService } from './endpoints.service.js';

@Controller('api/v2/projects/:project_id')
export class EndpointsController {
  constructor(private readonly endpoints: EndpointsService) {}

  @Get('endpoints')
  async list(@CurrentCaller() caller: Caller, @Param('project_id') projectId: string) {
    return { endpoints: (await this.endpoints.list(caller, projectId)).map(toEndpointBody) };
  }

  @Get('endpoints/:endpoint_id')
  async get(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('endpoint_id') endpointId: string,
  ) {
    return { endpoint: toEndpointBody(await this.endpoints.get(caller, projectId, endpointId)) };
  }

  @Get('branches/:branch_id/endpoints')
  async listOfBranch(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
  ) {
    return { endpoints: (await this.endpoints.listOfBranch(caller, projectId, branchId)).map(toEndpointBody) };
  }
}
