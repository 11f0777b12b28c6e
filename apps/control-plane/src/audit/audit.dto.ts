/** The audit log as the API writes it. */
import type { AuditEntry } from '@perch/database';
import { z } from 'zod';
import { encodeCursor, END_CURSOR } from '../http/cursor.js';

export const listAuditSchema = z.object({
  cursor: z.string().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  project_id: z.string().min(1).optional(),
});
export type ListAudit = z.infer<typeof listAuditSchema>;

export function toAuditPage(entries: readonly AuditEntry[], cursor: string | undefined) {
  const last = entries.at(-1);
  return {
    entries: entries.map(toAuditBody),
    pagination: { cursor: last === undefined ? (cursor ?? END_CURSOR) : encodeCursor(String(last.id)) },
  };
}

function toAuditBody(entry: AuditEntry) {
  return {
    id: entry.id,
    created_at: entry.createdAt.toISOString(),
    request_id: entry.requestId,
    key: { id: entry.keyId, name: entry.keyName },
    ...(entry.projectId !== null && { project_id: entry.projectId }),
    action: entry.action,
    target: entry.target,
    // Absent while the call runs, and for good when it was cut off.
    ...(entry.status !== null && { status: entry.status }),
    ...(entry.errorCode !== null && { error_code: entry.errorCode }),
    ...(entry.finishedAt !== null && { finished_at: entry.finishedAt.toISOString() }),
    ...(entry.address !== null && { address: entry.address }),
  };
}
