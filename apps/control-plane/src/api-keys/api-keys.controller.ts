/** `/api_keys` */
import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { zodPipe } from '../http/zod.pipe.js';
import {
  apiKeyId,
  createApiKeySchema,
  toCreatedKeyBody,
  toKeyBody,
  toRevokedKeyBody,
  type CreateApiKey,
} from './api-keys.dto.js';
import { ApiKeysService } from './api-keys.service.js';

@Controller('api/v2/api_keys')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeysService) {}

  @Get()
  async list(@CurrentCaller() caller: Caller) {
    return (await this.apiKeys.list(caller)).map(toKeyBody);
  }

  @Post()
  @HttpCode(200)
  async create(@CurrentCaller() caller: Caller, @Body(zodPipe(createApiKeySchema)) body: CreateApiKey) {
    const { key, secret } = await this.apiKeys.create(caller, body);
    return toCreatedKeyBody(key, secret);
  }

  @Delete(':id')
  async revoke(@CurrentCaller() caller: Caller, @Param('id', zodPipe(apiKeyId)) id: number) {
    return toRevokedKeyBody(await this.apiKeys.revoke(caller, id));
  }
}
