/** `/projects/{project_id}/jwks` */
import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { zodPipe } from '../http/zod.pipe.js';
import { createJwksSchema, type CreateJwks } from './jwks.dto.js';
import { JwksService } from './jwks.service.js';

@Controller('api/v2/projects/:project_id/jwks')
export class JwksController {
  constructor(private readonly jwks: JwksService) {}

  @Get()
  async list(@CurrentCaller() caller: Caller, @Param('project_id') projectId: string) {
    return { jwks: await this.jwks.list(caller, projectId) };
  }

  /** Nothing is left to wait for, so there are no operations. */
  @Post()
  async create(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Body(zodPipe(createJwksSchema)) body: CreateJwks,
  ) {
    return { jwks: await this.jwks.create(caller, projectId, body), operations: [] };
  }

  @Delete(':jwks_id')
  async remove(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Param('jwks_id') jwksId: string,
  ) {
    return this.jwks.remove(caller, projectId, jwksId);
  }
}
