/** `/organizations`: the one there is, and the API keys by the way that clients take to make one for a project alone. */
import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import {
  apiKeyId,
  createApiKeySchema,
  toCreatedKeyBody,
  toKeyBody,
  toRevokedKeyBody,
  type CreateApiKey,
} from '../api-keys/api-keys.dto.js';
import { ApiKeysService } from '../api-keys/api-keys.service.js';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { zodPipe } from '../http/zod.pipe.js';
import { assertTheOrganization, theOrganization } from './the-organization.js';

@Controller('api/v2/organizations/:org_id')
export class OrganizationsController {
  constructor(private readonly apiKeys: ApiKeysService) {}

  @Get()
  get(@Param('org_id') id: string) {
    assertTheOrganization(id);
    return theOrganization;
  }

  @Get('api_keys')
  async listKeys(@CurrentCaller() caller: Caller, @Param('org_id') id: string) {
    assertTheOrganization(id);
    return (await this.apiKeys.list(caller)).map(toKeyBody);
  }

  @Post('api_keys')
  @HttpCode(200)
  async createKey(
    @CurrentCaller() caller: Caller,
    @Param('org_id') id: string,
    @Body(zodPipe(createApiKeySchema)) body: CreateApiKey,
  ) {
    assertTheOrganization(id);
    const { key, secret } = await this.apiKeys.create(caller, body);
    return toCreatedKeyBody(key, secret);
  }

  @Delete('api_keys/:key_id')
  async revokeKey(
    @CurrentCaller() caller: Caller,
    @Param('org_id') id: string,
    @Param('key_id', zodPipe(apiKeyId)) keyId: number,
  ) {
    assertTheOrganization(id);
    return toRevokedKeyBody(await this.apiKeys.revoke(caller, keyId));
  }
}
