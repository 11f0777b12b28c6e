/** Names of roles and databases that PostgreSQL or Perch uses itself. */
import { z } from 'zod';
import { failure } from '../error/control-plane-error.js';

/** PostgreSQL cuts longer names, in bytes. */
const MAX_NAME_BYTES = 63;

export const postgresName = z
  .string()
  .min(1)
  .max(MAX_NAME_BYTES)
  .refine((name) => Buffer.byteLength(name) <= MAX_NAME_BYTES, `must not be longer than ${MAX_NAME_BYTES} bytes`)
  .refine((name) => !/[\u0000-\u001f\u007f]/.test(name), 'must not contain control characters');

/** pg_ and perch_ are prefixes of theirs. */
const RESERVED_ROLES = ['authenticated', 'anonymous', 'none', 'public', 'postgres'];
const RESERVED_PREFIXES = ['pg_', 'perch_', 'authenticator'];
const RESERVED_DATABASES = ['postgres', 'template0', 'template1'];

/** @throws project.name-reserved */
export function assertRoleNameFree(name: string): void {
  const isReserved = RESERVED_ROLES.includes(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix));
  if (isReserved) throw failure('project.name-reserved', 'role', name);
}

/** @throws project.name-reserved */
export function assertDatabaseNameFree(name: string): void {
  if (RESERVED_DATABASES.includes(name)) throw failure('project.name-reserved', 'database', name);
}
