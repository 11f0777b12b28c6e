/** Operations as the contract writes them. What is ours stands under `perch`. */
import type { Operation } from '@perch/database';
import { z } from 'zod';
import { encodeCursor, END_CURSOR } from '../http/cursor.js';

export const listOperationsSchema = z.object({
  cursor: z.string().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
export type ListOperations = z.infer<typeof listOperationsSchema>;

export function toOperationBody(operation: Operation) {
  return {
    id: operation.id,
    project_id: operation.projectId,
    branch_id: operation.branchId ?? undefined,
    endpoint_id: operation.endpointId ?? undefined,
    action: publicAction(operation.action),
    status: operation.status,
    error: operation.error ?? undefined,
    failures_count: operation.failuresCount,
    retry_at: operation.retryAt?.toISOString(),
    created_at: operation.createdAt.toISOString(),
    updated_at: operation.updatedAt.toISOString(),
    total_duration_ms: durationMs(operation),
    perch: {
      action: operation.action,
      data_api_id: operation.dataApiId ?? undefined,
      steps: operation.steps,
    },
  };
}

export function toOperationPage(operations: readonly Operation[], cursor: string | undefined) {
  const last = operations.at(-1);
  return {
    operations: operations.map(toOperationBody),
    pagination: { cursor: last === undefined ? (cursor ?? END_CURSOR) : encodeCursor(String(last.sequence)) },
  };
}

/** Actions that the contract does not know leave as its `apply_config`, so that its clients can read them. */
function publicAction(action: Operation['action']) {
  switch (action) {
    case 'provision_data_api':
    case 'remove_data_api':
    case 'rotate_login':
      return 'apply_config';
    case 'reset_branch':
      return 'create_branch';
    default:
      return action;
  }
}

function durationMs(operation: Operation): number {
  const until = operation.finishedAt ?? new Date();
  return operation.startedAt === null ? 0 : Math.max(0, until.getTime() - operation.startedAt.getTime());
}
