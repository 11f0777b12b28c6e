/** `/audit_log` */
import { Controller, Get, Query } from '@nestjs/common';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { zodPipe } from '../http/zod.pipe.js';
import { listAuditSchema, toAuditPage, type ListAudit } from './audit.dto.js';
import { AuditService } from './audit.service.js';

@Controller('api/v2/audit_log')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  async list(@CurrentCaller() caller: Caller, @Query(zodPipe(listAuditSchema)) query: ListAudit) {
    return toAuditPage(await this.audit.list(caller, query), query.cursor);
  }
}
