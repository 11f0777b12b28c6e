/** `/projects/{project_id}/operations` */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { zodPipe } from '../http/zod.pipe.js';
import { listOperationsSchema, toOperationBody, toOperationPage, type ListOperations } from './operations.dto.js';
import { OperationsService } from './operations.service.js';

@Controller('api/v2/projects/:project_id/operations')
export class OperationsController {
  constructor(private readonly operations: OperationsService) {}

  @Get()
  async list(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Query(zodPipe(listOperationsSchema)) query: ListOperations,
  ) {
    return toOperationPage(await this.operations.list(caller, projectId, query), query.cursor);
  }

  @Get(':operation_id')
  async get(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('operation_id') operationId: string,
  ) {
    return { operation: toOperationBody(await this.operations.get(caller, projectId, operationId)) };
  }
}
