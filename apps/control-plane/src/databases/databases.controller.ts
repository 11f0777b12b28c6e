/** `/projects/{project_id}/branches/{branch_id}/databases` */
import { Body, Controller, Delete, Get, Param, Patch, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { bodyOrGone } from '../http/gone.js';
import { zodPipe } from '../http/zod.pipe.js';
import { toOperationBody } from '../operations/operations.dto.js';
import {
  createDatabaseSchema,
  toDatabaseBody,
  updateDatabaseSchema,
  type CreateDatabase,
  type UpdateDatabase,
} from './databases.dto.js';
import { DatabasesService, type ChangedDatabase } from './databases.service.js';

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

  @Post()
  async create(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
    @Body(zodPipe(createDatabaseSchema)) body: { readonly database: CreateDatabase },
  ) {
    return toChangedBody(await this.databases.create(caller, projectId, branchId, body.database));
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

  @Patch(':database_name')
  async update(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
    @Param('database_name') name: string,
    @Body(zodPipe(updateDatabaseSchema)) body: { readonly database: UpdateDatabase },
  ) {
    return toChangedBody(await this.databases.update(caller, projectId, branchId, name, body.database));
  }

  @Delete(':database_name')
  async delete(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
    @Param('database_name') name: string,
    @Res({ passthrough: true }) response: Response,
  ) {
    return bodyOrGone(response, await this.databases.delete(caller, projectId, branchId, name), toChangedBody);
  }
}

function toChangedBody({ database, operations }: ChangedDatabase) {
  return { database: toDatabaseBody(database), operations: operations.map(toOperationBody) };
}
