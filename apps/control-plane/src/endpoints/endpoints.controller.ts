/** `/projects/{project_id}/endpoints` and `/projects/{project_id}/branches/{branch_id}/endpoints` */
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { bodyOrGone } from '../http/gone.js';
import { zodPipe } from '../http/zod.pipe.js';
import { EndpointChangesService } from './endpoint-changes.service.js';
import {
  createEndpointSchema,
  toChangedEndpointBody,
  toEndpointBody,
  updateEndpointSchema,
  type CreateEndpoint,
  type UpdateEndpoint,
} from './endpoints.dto.js';
import { EndpointsService } from './endpoints.service.js';

@Controller('api/v2/projects/:project_id')
export class EndpointsController {
  constructor(
    private readonly endpoints: EndpointsService,
    private readonly changes: EndpointChangesService,
  ) {}

  @Post('endpoints')
  async create(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Body(zodPipe(createEndpointSchema)) body: { readonly endpoint: CreateEndpoint },
  ) {
    return toChangedEndpointBody(await this.changes.create(caller, projectId, body.endpoint));
  }

  @Patch('endpoints/:endpoint_id')
  async update(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('endpoint_id') endpointId: string,
    @Body(zodPipe(updateEndpointSchema)) body: { readonly endpoint: UpdateEndpoint },
  ) {
    return toChangedEndpointBody(await this.changes.update(caller, projectId, endpointId, body.endpoint));
  }

  @Delete('endpoints/:endpoint_id')
  async delete(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('endpoint_id') endpointId: string,
    @Res({ passthrough: true }) response: Response,
  ) {
    return bodyOrGone(response, await this.changes.delete(caller, projectId, endpointId), toChangedEndpointBody);
  }

  @Post('endpoints/:endpoint_id/start')
  @HttpCode(200)
  async start(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('endpoint_id') endpointId: string,
  ) {
    return toChangedEndpointBody(await this.changes.start(caller, projectId, endpointId));
  }

  @Post('endpoints/:endpoint_id/suspend')
  @HttpCode(200)
  async suspend(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('endpoint_id') endpointId: string,
  ) {
    return toChangedEndpointBody(await this.changes.suspend(caller, projectId, endpointId));
  }

  @Post('endpoints/:endpoint_id/restart')
  @HttpCode(200)
  async restart(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('endpoint_id') endpointId: string,
  ) {
    return toChangedEndpointBody(await this.changes.restart(caller, projectId, endpointId));
  }

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
