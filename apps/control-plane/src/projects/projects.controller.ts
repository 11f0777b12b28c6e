/** `/projects` */
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { RevealsSecret } from '../audit/reveals.js';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { END_CURSOR } from '../http/cursor.js';
import { zodPipe } from '../http/zod.pipe.js';
import { ConnectionUris } from './connection-uris.js';
import {
  connectionUriSchema,
  createProjectSchema,
  listProjectsSchema,
  toCreatedProjectBody,
  toProjectBody,
  toProjectPage,
  updateProjectSchema,
  type ConnectionUriQuery,
  type CreateProject,
  type ListProjects,
  type UpdateProject,
} from './projects.dto.js';
import { ProjectsService } from './projects.service.js';

@Controller('api/v2/projects')
export class ProjectsController {
  constructor(
    private readonly projects: ProjectsService,
    private readonly connectionUris: ConnectionUris,
  ) {}

  @Get()
  async list(@CurrentCaller() caller: Caller, @Query(zodPipe(listProjectsSchema)) query: ListProjects) {
    return toProjectPage(await this.projects.list(caller, query), query.cursor);
  }

  /** Nobody shares projects with the one user there is. */
  @Get('shared')
  shared() {
    return { projects: [], pagination: { cursor: END_CURSOR } };
  }

  @Post()
  async create(
    @CurrentCaller() caller: Caller,
    @Body(zodPipe(createProjectSchema)) body: { readonly project: CreateProject },
  ) {
    return toCreatedProjectBody(await this.projects.create(caller, body.project));
  }

  @Get(':project_id')
  async get(@CurrentCaller() caller: Caller, @Param('project_id') id: string) {
    return { project: toProjectBody(await this.projects.get(caller, id)) };
  }

  @Patch(':project_id')
  async update(
    @CurrentCaller() caller: Caller,
    @Param('project_id') id: string,
    @Body(zodPipe(updateProjectSchema)) body: { readonly project: UpdateProject },
  ) {
    return { project: toProjectBody(await this.projects.update(caller, id, body.project)), operations: [] };
  }

  @Delete(':project_id')
  async delete(@CurrentCaller() caller: Caller, @Param('project_id') id: string) {
    return { project: toProjectBody(await this.projects.delete(caller, id)) };
  }

  @Get(':project_id/connection_uri')
  @RevealsSecret()
  async connectionUri(
    @CurrentCaller() caller: Caller,
    @Param('project_id') id: string,
    @Query(zodPipe(connectionUriSchema)) query: ConnectionUriQuery,
  ) {
    return { uri: (await this.connectionUris.one(caller, id, query)).connection_uri };
  }
}
