/** `/projects/{project_id}/advisors` */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { zodPipe } from '../http/zod.pipe.js';
import { adviseSchema, toAdvisorsBody, type Advise } from './advisors.dto.js';
import { AdvisorsService } from './advisors.service.js';

@Controller('api/v2/projects/:project_id/advisors')
export class AdvisorsController {
  constructor(private readonly advisors: AdvisorsService) {}

  @Get()
  async list(
    @CurrentCaller() caller: Caller,
    @Param('project_id') projectId: string,
    @Query(zodPipe(adviseSchema)) query: Advise,
  ) {
    return toAdvisorsBody(await this.advisors.advise(caller, projectId, query), query);
  }
}
