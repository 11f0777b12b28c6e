/** `/projects/{project_id}/branches/{branch_id}/data-api` with and without `/{database_name}` */
import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { MERGE_PATCH } from '../http/json-body.middleware.js';
import { parseRequest, zodPipe } from '../http/zod.pipe.js';
import { toOperationBody } from '../operations/operations.dto.js';
import {
  enableDataApiSchema,
  mergeSettingsSchema,
  replaceSettingsSchema,
  toDataApiBody,
  toEnabledBody,
  type EnableDataApi,
} from './data-api.dto.js';
import { DataApiService, type DataApiPath } from './data-api.service.js';
import { mergeSettings } from './merge-settings.js';

interface PathParams {
  readonly project_id: string;
  readonly branch_id: string;
  readonly database_name?: string;
}

const PATHS = ['data-api', 'data-api/:database_name'];

@Controller('api/v2/projects/:project_id/branches/:branch_id')
export class DataApiController {
  constructor(private readonly dataApis: DataApiService) {}

  @Post(PATHS)
  async enable(
    @CurrentCaller() caller: Caller,
    @Param() params: PathParams,
    @Body(zodPipe(enableDataApiSchema)) body: EnableDataApi,
  ) {
    return toEnabledBody(await this.dataApis.enable(caller, toPath(params), body));
  }

  @Get(PATHS)
  async get(@CurrentCaller() caller: Caller, @Param() params: PathParams) {
    return toDataApiBody(await this.dataApis.get(caller, toPath(params)));
  }

  /** 201 with an empty object is what the contract answers here. */
  @Patch(PATHS)
  @HttpCode(201)
  async change(
    @CurrentCaller() caller: Caller,
    @Param() params: PathParams,
    @Headers('content-type') contentType: string | undefined,
    @Body() body: unknown,
  ) {
    await this.dataApis.change(caller, toPath(params), readChange(contentType, body ?? {}));
    return {};
  }

  @Post('data-api/:database_name/rotate_login')
  @HttpCode(200)
  async rotateLogin(@CurrentCaller() caller: Caller, @Param() params: PathParams) {
    return { operations: [toOperationBody(await this.dataApis.rotateLogin(caller, toPath(params)))] };
  }

  @Delete(PATHS)
  async disable(@CurrentCaller() caller: Caller, @Param() params: PathParams) {
    await this.dataApis.disable(caller, toPath(params));
    return {};
  }
}

function toPath({ project_id, branch_id, database_name }: PathParams): DataApiPath {
  return { projectId: project_id, branchId: branch_id, database: database_name };
}

/** As plain JSON the settings replace all there are, absent ones leave them; as a merge patch they merge. */
function readChange(contentType: string | undefined, body: unknown): Parameters<DataApiService['change']>[2] {
  if (contentType?.toLowerCase().startsWith(MERGE_PATCH) === true) {
    const { settings } = parseRequest(mergeSettingsSchema, body);
    return (current) => mergeSettings(current, settings);
  }
  const { settings } = parseRequest(replaceSettingsSchema, body);
  return (current) => settings ?? current;
}
