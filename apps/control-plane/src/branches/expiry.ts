/** When a branch is to be deleted by itself: the text of a request as a value. */
import type { Expiry } from '@perch/database';

/** @param expiresAt RFC 3339, in the future */
export function toExpiry(expiresAt: string, now = Date.now()): Expiry {
  const at = new Date(expiresAt);
  return { expiresAt: at, ttlSeconds: Math.max(1, Math.round((at.getTime() - now) / 1000)) };
}
