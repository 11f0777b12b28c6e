/** Reads operations. */
import { Injectable } from '@nestjs/common';
import { OperationRepository, type Operation } from '@perch/database';
import { present } from '../error/control-plane-error.js';
import type { Caller } from '../http/caller.js';
import { decodeNumberCursor, END_CURSOR } from '../http/cursor.js';
import { ProjectAccess } from '../projects/project-access.js';
import type { ListOperations } from './operations.dto.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

@Injectable()
export class OperationsService {
  constructor(
    private readonly operations: OperationRepository,
    private readonly access: ProjectAccess,
  ) {}

  async list(caller: Caller, projectId: string, { cursor, limit }: ListOperations): Promise<readonly Operation[]> {
    const project = await this.access.project(caller, projectId);
    if (cursor === END_CURSOR) return [];
    const before = cursor === undefined ? undefined : decodeNumberCursor(cursor);
    return this.operations.list(project.id, { limit, ...(before !== undefined && { before }) });
  }

  async get(caller: Caller, projectId: string, id: string): Promise<Operation> {
    const project = await this.access.project(caller, projectId);
    const operation = UUID.test(id) ? await this.operations.find(project.id, id) : undefined;
    return present(operation, 'operation.not-found', id);
  }
}
