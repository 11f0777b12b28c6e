/** Path of a route that nobody has in, why a self-hosted Perch does not have it out, where the contract knows the route. */
import { NO_FILTER, NO_PRELOADS } from '../error/not-offered-reasons.js';

const ONE_USER = 'there is one user here, who has everything; for others make API keys of one project';
const NO_HISTORY = 'Perch keeps no history of a branch; make a branch to keep what it has';
const NO_METER = 'Perch neither meters nor bills';
const NO_MASKING = 'Perch does not mask data; make a branch and change what it has';
const DATABASES_ONLY = 'Perch has databases and their Data APIs only';

/** Below a project or one of its branches, by the first part of what follows. */
const below: Readonly<Record<string, string>> = {
  auth: "managed auth is not available yet; enable the Data API with 'auth_provider': 'external' and a 'jwks_url'",
  recover: 'what was deleted is gone',
  permissions: ONE_USER,
  members: ONE_USER,
  transfer_requests: ONE_USER,
  snapshots: NO_HISTORY,
  snapshot: NO_HISTORY,
  backup_schedule: NO_HISTORY,
  finalize_restore: 'a restore is complete when its operations are',
  vpc_endpoints: NO_FILTER,
  available_preload_libraries: NO_PRELOADS,
  branch_anonymized: NO_MASKING,
  anonymize: NO_MASKING,
  anonymized_status: NO_MASKING,
  masking_rules: NO_MASKING,
  ai_gateway: DATABASES_ONLY,
  buckets: DATABASES_ONLY,
  credentials: DATABASES_ONLY,
  'custom-domains': DATABASES_ONLY,
  functions: DATABASES_ONLY,
  storage: DATABASES_ONLY,
  triggers: DATABASES_ONLY,
  logs: 'there is no store of logs here; processes log to their standard output',
};

/** Elsewhere, by how the path begins. */
const elsewhere: readonly (readonly [start: RegExp, reason: string])[] = [
  [/^consumption_history\//, NO_METER],
  [/^organizations\/[^/]+\/billing\//, NO_METER],
  [/^organizations\/[^/]+\/vpc\//, NO_FILTER],
  [/^organizations\/[^/]+\/(members|invitations|projects)(\/|$)/, ONE_USER],
  [/^users\/me\/projects\//, ONE_USER],
  [/^projects\/auth\//, below['auth'] ?? ''],
];

export function whyNotOffered(path: string): string | undefined {
  const known = /^\/api\/v2\/(.+)$/.exec(path)?.[1];
  if (known === undefined) return undefined;
  const start = elsewhere.find(([pattern]) => pattern.test(known));
  if (start !== undefined) return start[1];
  const subject = /^projects\/[^/]+\/(?:branches\/[^/]+\/)?([^/]+)/.exec(known)?.[1];
  return subject !== undefined && Object.hasOwn(below, subject) ? below[subject] : undefined;
}
