/** `/projects/{project_id}/branches/{branch_id}/schema` and `/compare_schema` */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { zodPipe } from '../http/zod.pipe.js';
import { compareSchemaSchema, readSchemaSchema, type CompareSchema, type ReadSchema } from './schemas.dto.js';
import { SchemasService } from './schemas.service.js';

@Controller('api/v2/projects/:project_id/branches/:branch_id')
export class SchemasController {
  constructor(private readonly schemas: SchemasService) {}

  @Get('schema')
  async read(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
    @Query(zodPipe(readSchemaSchema)) query: ReadSchema,
  ) {
    return { sql: await this.schemas.read(caller, projectId, branchId, query) };
  }

  @Get('compare_schema')
  async compare(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
    @Query(zodPipe(compareSchemaSchema)) query: CompareSchema,
  ) {
    return { diff: await this.schemas.compare(caller, projectId, branchId, query) };
  }
}
