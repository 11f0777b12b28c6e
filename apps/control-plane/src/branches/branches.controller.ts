/** `/projects/{project_id}/branches` */
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { bodyOrGone } from '../http/gone.js';
import { zodPipe } from '../http/zod.pipe.js';
import { BranchChangesService } from './branch-changes.service.js';
import {
  countBranchesSchema,
  createBranchSchema,
  listBranchesSchema,
  restoreBranchSchema,
  toAnnotation,
  toBranchBody,
  toBranchPage,
  toChangedBranchBody,
  toCreatedBranchBody,
  updateBranchSchema,
  type CountBranches,
  type CreateBranch,
  type ListBranches,
  type RestoreBranch,
  type UpdateBranch,
} from './branches.dto.js';
import { BranchesService } from './branches.service.js';

@Controller('api/v2/projects/:project_id/branches')
export class BranchesController {
  constructor(
    private readonly branches: BranchesService,
    private readonly changes: BranchChangesService,
  ) {}

  @Get()
  async list(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Query(zodPipe(listBranchesSchema)) query: ListBranches,
  ) {
    return toBranchPage(await this.branches.list(caller, projectId, query), query);
  }

  @Post()
  async create(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Body(zodPipe(createBranchSchema)) body: CreateBranch,
  ) {
    return toCreatedBranchBody(await this.changes.create(caller, projectId, body));
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

  @Patch(':branch_id')
  async update(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
    @Body(zodPipe(updateBranchSchema)) body: { readonly branch: UpdateBranch },
  ) {
    return toChangedBranchBody(await this.changes.update(caller, projectId, branchId, body.branch));
  }

  @Delete(':branch_id')
  async delete(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
    @Res({ passthrough: true }) response: Response,
  ) {
    return bodyOrGone(response, await this.changes.delete(caller, projectId, branchId), toChangedBranchBody);
  }

  @Post(':branch_id/restore')
  @HttpCode(200)
  async restore(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
    @Body(zodPipe(restoreBranchSchema)) body: RestoreBranch,
  ) {
    return toChangedBranchBody(await this.changes.restore(caller, projectId, branchId, body));
  }

  @Post(':branch_id/set_as_default')
  @HttpCode(200)
  async setAsDefault(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('branch_id') branchId: string,
  ) {
    return toChangedBranchBody(await this.changes.setAsDefault(caller, projectId, branchId));
  }
}
