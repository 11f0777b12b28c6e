/** Liveness on the main port, for load balancers that reach no other. */
import { Controller, Get } from '@nestjs/common';
import { Public } from '../http/access.js';

@Controller('health')
export class HealthController {
  @Get()
  @Public()
  health() {
    return { status: 'ok' };
  }
}
