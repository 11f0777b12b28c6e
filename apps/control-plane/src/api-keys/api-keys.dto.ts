/** API keys as the contract writes them. */
import type { ApiKey } from '@perch/database';
import { z } from 'zod';
import { theUser } from '../users/the-user.js';

/** A PostgreSQL integer. */
export const apiKeyId = z.coerce.number().int().positive().max(2_147_483_647);

export const createApiKeySchema = z.object({
  key_name: z.string().trim().min(1).max(64),
  /** A key of this project alone. */
  project_id: z.string().min(1).optional(),
});
export type CreateApiKey = z.infer<typeof createApiKeySchema>;

export function toCreatedKeyBody(key: ApiKey, secret: string) {
  return { ...toKeyHead(key), key: secret };
}

export function toKeyBody(key: ApiKey) {
  return {
    ...toKeyHead(key),
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    last_used_from_addr: key.lastUsedFrom ?? '',
  };
}

export function toRevokedKeyBody(key: ApiKey) {
  return { ...toKeyBody(key), revoked: key.revokedAt !== null };
}

function toKeyHead(key: ApiKey) {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    project_id: key.projectId ?? undefined,
    created_at: key.createdAt.toISOString(),
    created_by: { id: theUser.id, name: theUser.name, image: theUser.image },
  };
}
