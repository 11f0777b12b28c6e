/** `/projects/{project_id}/branches` */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { zodPipe } from '../http/zod.pipe.js';
import {
  countBranchesSchema,
  listBranchesSchema,
  toAnnotation,
  toBranchBody,
  toBranchPage,
  type CountBranches,
  type ListBranches,
} from './branches.dto.js';
import { BranchesService } from './branches.service.js';

@Controller('api/v2/projects/:project_id/branches')
export class BranchesController {
  constructor(private readonly branches: BranchesService) {}

  @Get()
  async list(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Query(zodPipe(listBranchesSchema)) query: ListBranches,
  ) {
    return toBranchPage(await this.branches.list(caller, projectId, query), query);
  }

  @Get('count')
  async count(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Query(zodPipe(countBranchesSchema)) { search }: CountBranches,
  ) {
    return { count: await this.branches.count(caller, projectId, search) };
  }

  @Get(':branch_id')
  async get(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
  ) {
    const branch = await this.branches.get(caller, projectId, branchId);
    return { branch: toBranchBody(branch), annotation: toAnnotation(branch) };
  }
}
