/**
 * What a call is about: the parameters of its path, and the ids and names of what it made. Nothing else of a request or
 * an answer goes into the audit log, since the rest may hold secrets.
 */
import type { AuditTarget } from '@perch/database';
import { z } from 'zod';
import { KEY_PREFIX } from '../api-keys/api-key-secret.js';

/** What is made, under the name that paths know it by. */
const madeSchema = z.object({
  id: z.number().transform(String).optional().catch(undefined),
  project_id: z.string().optional().catch(undefined),
  project: z.object({ id: z.string() }).optional().catch(undefined),
  branch: z.object({ id: z.string() }).optional().catch(undefined),
  endpoint: z.object({ id: z.string() }).optional().catch(undefined),
  endpoints: z
    .array(z.object({ id: z.string() }))
    .optional()
    .catch(undefined),
  database: z.object({ name: z.string() }).optional().catch(undefined),
  role: z.object({ name: z.string() }).optional().catch(undefined),
  jwks: z.object({ id: z.string() }).optional().catch(undefined),
});

/** Characters kept of a value that a caller wrote; every id and name that there can be is shorter. */
const SHOWN_LENGTH = 128;
/** Characters of a path; every one of ours is shorter. */
const SHOWN_PATH_LENGTH = 512;
/** An API key, or a URL that may carry a password, in a place where neither belongs. */
const SECRET_LIKE = new RegExp(`${KEY_PREFIX}[A-Za-z0-9_-]{20,}|napi_[a-z0-9]{20,}|://`);
const WITHHELD = '(withheld: it looks like a secret)';

export function targetOfPath(parameters: Readonly<Record<string, unknown>>): AuditTarget {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, value]) => (typeof value === 'string' ? [[name, shown(value)]] : [])),
  );
}

/** @param answer body of a good answer */
export function targetOfAnswer(answer: unknown): AuditTarget {
  const parsed = madeSchema.safeParse(answer);
  if (!parsed.success) return {};
  const { id, project_id, project, branch, endpoint, endpoints, database, role, jwks } = parsed.data;
  const made = {
    id,
    project_id: project?.id ?? project_id,
    branch_id: branch?.id,
    endpoint_id: endpoint?.id ?? endpoints?.[0]?.id,
    database_name: database?.name,
    role_name: role?.name,
    jwks_id: jwks?.id,
  };
  return Object.fromEntries(
    Object.entries(made).flatMap(([name, value]) => (value === undefined ? [] : [[name, shown(value)]])),
  );
}

/** A path as a caller wrote it, fit to be kept: what looks like a secret is withheld, encoded or not. */
export function shownPath(path: string): string {
  if (decoded(path).includes('://')) return WITHHELD;
  const segments = path.split('/').map((segment) => (shown(decoded(segment)) === WITHHELD ? WITHHELD : segment));
  return segments.join('/').slice(0, SHOWN_PATH_LENGTH);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A text as a caller wrote it, fit to be kept. */
export function shown(value: string): string {
  return SECRET_LIKE.test(value) ? WITHHELD : value.slice(0, SHOWN_LENGTH);
}
