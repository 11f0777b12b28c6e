/** `/api_keys` */
import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { zodPipe } from '../http/zod.pipe.js';
import {
  createApiKeySchema,
  toCreatedKeyBody,
  toKeyBody,
  toRevokedKeyBody,
  type CreateApiKey,
} from './api-keys.dto.js';
import { ApiKeysService } from './api-keys.service.js';

const idPipe = zodPipe(z.coerce.number().int().positive().max(2_147_483_647));

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
  async revoke(@CurrentCaller() caller: Caller, @Param('id', idPipe) id: number) {
    return toRevokedKeyBody(await this.apiKeys.revoke(caller, id));
  }
}
