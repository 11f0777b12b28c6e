/** An API key as a secret: 32 random bytes behind a prefix that secret scanners know it by; only its hash is kept. */
import { createHash, randomBytes } from 'node:crypto';

export const KEY_PREFIX = 'perch_';
const KEY_BYTES = 32;
/** So much of a key is kept readable, for people to recognise it by. */
const SHOWN_LENGTH = KEY_PREFIX.length + 4;

export function newApiKey(): string {
  return KEY_PREFIX + randomBytes(KEY_BYTES).toString('base64url');
}

/** SHA-256, hexadecimal. A key has 256 random bits, so a slow hash would add nothing. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex');
}

export function shownPartOf(key: string): string {
  return key.slice(0, SHOWN_LENGTH);
}
