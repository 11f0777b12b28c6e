/** Reads the audit log as far as the caller's key reaches. */
import { Injectable } from '@nestjs/common';
import { AuditRepository, type AuditEntry } from '@perch/database';
import { failure } from '../error/control-plane-error.js';
import { reaches, type Caller } from '../http/caller.js';
import { decodeNumberCursor, END_CURSOR } from '../http/cursor.js';
import type { ListAudit } from './audit.dto.js';

@Injectable()
export class AuditService {
  constructor(private readonly audit: AuditRepository) {}

  /** Of a deleted project too. @throws project.not-found for a project that the key does not reach */
  async list(caller: Caller, { cursor, limit, project_id }: ListAudit): Promise<readonly AuditEntry[]> {
    if (project_id !== undefined && !reaches(caller, project_id)) throw failure('project.not-found', project_id);
    if (cursor === END_CURSOR) return [];
    const before = cursor === undefined ? undefined : decodeNumberCursor(cursor);
    const projectId = project_id ?? caller.projectId;
    return this.audit.list({
      limit,
      ...(projectId !== undefined && { projectId }),
      ...(before !== undefined && { before }),
    });
  }
}
