/** The first API key: given from outside, so that whoever starts Perch knows it before anybody could make one. */
import type { ApiKeyRepository } from '@perch/database';
import { hashApiKey, shownPartOf } from './api-key-secret.js';

/** Makes the key unless it was made before; one that was revoked stays revoked. */
export async function ensureBootstrapApiKey(apiKeys: ApiKeyRepository, secret: string): Promise<void> {
  await apiKeys.ensure({ name: 'bootstrap', prefix: shownPartOf(secret), hash: hashApiKey(secret) });
}
