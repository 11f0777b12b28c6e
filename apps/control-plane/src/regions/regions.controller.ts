/** The regions a project may be made in. */
import { Controller, Get } from '@nestjs/common';
import { theRegion } from './region.js';

@Controller('api/v2/regions')
export class RegionsController {
  @Get()
  list() {
    return { regions: [theRegion] };
  }
}
