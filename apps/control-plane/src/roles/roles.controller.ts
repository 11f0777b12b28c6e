/** `/projects/{project_id}/branches/{branch_id}/roles` */
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { RevealsSecret } from '../audit/reveals.js';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { bodyOrGone } from '../http/gone.js';
import { zodPipe } from '../http/zod.pipe.js';
import { toOperationBody } from '../operations/operations.dto.js';
import { createRoleSchema, toRoleBody, type CreateRole } from './roles.dto.js';
import { RolesService, type ChangedRole } from './roles.service.js';

@Controller('api/v2/projects/:project_id/branches/:branch_id/roles')
export class RolesController {
  constructor(private readonly roles: RolesService) {}

  @Get()
  async list(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
  ) {
    return { roles: (await this.roles.list(caller, projectId, branchId)).map((role) => toRoleBody(role)) };
  }

  @Post()
  async create(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
    @Body(zodPipe(createRoleSchema)) body: { readonly role: CreateRole },
  ) {
    return toChangedBody(await this.roles.create(caller, projectId, branchId, body.role));
  }

  @Get(':role_name')
  async get(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
    @Param('role_name') name: string,
  ) {
    return { role: toRoleBody(await this.roles.get(caller, projectId, branchId, name)) };
  }

  @Get(':role_name/reveal_password')
  @RevealsSecret()
  async revealPassword(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
    @Param('role_name') name: string,
  ) {
    return { password: await this.roles.password(caller, projectId, branchId, name) };
  }

  @Post(':role_name/reset_password')
  @HttpCode(200)
  async resetPassword(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
    @Param('role_name') name: string,
  ) {
    return toChangedBody(await this.roles.resetPassword(caller, projectId, branchId, name));
  }

  @Delete(':role_name')
  async delete(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
    @Param('role_name') name: string,
    @Res({ passthrough: true }) response: Response,
  ) {
    return bodyOrGone(response, await this.roles.delete(caller, projectId, branchId, name), toChangedBody);
  }
}

function toChangedBody({ role, operations, password }: ChangedRole) {
  return { role: toRoleBody(role, password), operations: operations.map(toOperationBody) };
}
