/** `/internal/v1`: the fleet's door (libs/contract/src/fleet-api.ts). */
import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import { changeSequenceHeader, tenantKey } from '@perch/contract';
import { EndpointWaker } from '../endpoints/endpoint-waker.js';
import { failure } from '../error/control-plane-error.js';
import { FleetOnly } from '../http/access.js';
import { zodPipe } from '../http/zod.pipe.js';
import { FeedConnections } from './feed-connections.js';
import { TenantsService } from './tenants.service.js';

const sinceSchema = z.object({ since: z.coerce.number().int().nonnegative().default(0) });

@Controller('internal/v1')
@FleetOnly()
export class FleetController {
  constructor(
    private readonly tenants: TenantsService,
    private readonly connections: FeedConnections,
    private readonly waker: EndpointWaker,
  ) {}

  @Get('tenants/:endpoint_id/:database')
  async snapshot(
    @Param('endpoint_id') endpointId: string,
    @Param('database') database: string,
    @Res({ passthrough: true }) response: Response,
  ) {
    const found = await this.tenants.find({ endpointId, database });
    if (typeof found !== 'number') return found;
    response.setHeader(changeSequenceHeader, found);
    throw failure('tenant.not-found', tenantKey({ endpointId, database }));
  }

  @Get('changes')
  async changes(@Query(zodPipe(sinceSchema)) { since }: { readonly since: number }, @Res() response: Response) {
    await this.connections.serve(since, response);
  }

  @Post('endpoints/:endpoint_id/wake')
  @HttpCode(204)
  async wake(@Param('endpoint_id') endpointId: string) {
    await this.waker.wake(endpointId);
  }

  @Post('tenants/:endpoint_id/:database/unknown-kid')
  @HttpCode(202)
  unknownKid(@Param('endpoint_id') endpointId: string, @Param('database') database: string) {
    this.connections.inBackground(this.tenants.unknownKid({ endpointId, database }));
    return {};
  }
}
