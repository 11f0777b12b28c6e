/** `/projects/{project_id}/branches/{branch_id}/databases` */
import { Controller, Get, Param } from '@nestjs/common';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { toDatabaseBody } from './databases.dto.js';
import { DatabasesService } from './databases.service.js';

@Controller('api/v2/projects/:project_id/branches/:branch_id/databases')
export class DatabasesController {
  constructor(private readonly databases: DatabasesService) {}

  @Get()
  async list(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
  ) {
    return { databases: (await this.databases.list(caller, projectId, branchId)).map(toDatabaseBody) };
  }

  @Get(':database_name')
  async get(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
    @Param('database_name') name: string,
  ) {
    return { database: toDatabaseBody(await this.databases.get(caller, projectId, branchId, name)) };
  }
}
