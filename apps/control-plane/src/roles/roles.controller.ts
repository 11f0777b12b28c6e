/** `/projects/{project_id}/branches/{branch_id}/roles` */
import { Controller, Get, Param } from '@nestjs/common';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { toRoleBody } from './roles.dto.js';
import { RolesService } from './roles.service.js';

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
  async revealPassword(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
    @Param('role_name') name: string,
  ) {
    return { password: await this.roles.password(caller, projectId, branchId, name) };
  }
}
