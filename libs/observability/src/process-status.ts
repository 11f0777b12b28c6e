/**
 * The state of a process as its admin port tells it under `/status`: plain data for `perch status` and whoever wants JSON.
 * What went wrong last is kept from what the rooms note anyway.
 */
import { z } from 'zod';
import type { Observation } from './observation.js';
import type { Observer } from './observer.js';
import type { ProcessCounts } from './process-metrics.js';
import { productVersion } from './product-version.js';
import { redactText } from './redact.js';

export interface FeedStatus {
  readonly state: 'connected' | 'lost';
  /** ISO 8601. */
  readonly since: string;
  /** Of the change feed when it was opened. */
  readonly sequence?: number | undefined;
  /** Why it was lost. */
  readonly reason?: string | undefined;
}

export interface LastError {
  /** ISO 8601. */
  readonly at: string;
  /** Without secrets. */
  readonly text: string;
}

export interface ProcessStatus {
  readonly process: string;
  readonly version: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly started_at: string;
  readonly counts: ProcessCounts;
  /** Of a process that follows the control plane. */
  readonly feed?: FeedStatus | undefined;
  readonly last_error?: LastError | undefined;
  /** Worker processes whose states these are, where there are several. */
  readonly workers?: number | undefined;
}

/** As another process told it. */
export const processStatusSchema = z.object({
  process: z.string(),
  version: z.string(),
  pid: z.number(),
  started_at: z.string(),
  counts: z.record(z.string(), z.number()),
  feed: z
    .object({
      state: z.enum(['connected', 'lost']),
      since: z.string(),
      sequence: z.number().optional(),
      reason: z.string().optional(),
    })
    .optional(),
  last_error: z.object({ at: z.string(), text: z.string() }).optional(),
  workers: z.number().optional(),
});

export interface StatusKeeper {
  readonly observer: Observer;
  /** What can be counted at any moment, from now on. */
  show(counts: () => ProcessCounts): void;
  snapshot(): ProcessStatus;
}

export function createStatusKeeper(process: { readonly name: string; readonly pid: number }): StatusKeeper {
  const startedAt = new Date().toISOString();
  const version = productVersion();
  let counts = (): ProcessCounts => ({});
  let feed: FeedStatus | undefined;
  let lastError: LastError | undefined;
  return {
    observer: {
      note(observation) {
        const at = () => new Date().toISOString();
        if (observation.kind === 'control-plane-connected') {
          feed = { state: 'connected', since: at(), sequence: observation.sequence };
        } else if (observation.kind === 'control-plane-lost') {
          const since = feed?.state === 'lost' ? feed.since : at();
          feed = { state: 'lost', since, sequence: feed?.sequence, reason: redactText(observation.reason) };
        }
        const text = troubleOf(observation);
        if (text !== undefined) lastError = { at: at(), text: redactText(text) };
      },
    },
    show(now) {
      counts = now;
    },
    snapshot: () => ({
      process: process.name,
      version,
      pid: process.pid,
      started_at: startedAt,
      counts: counts(),
      feed,
      last_error: lastError,
    }),
  };
}

/** Several processes as one: counts add up, of feeds the worst counts, of errors the latest. */
export function mergeStatuses(own: ProcessStatus, others: readonly ProcessStatus[]): ProcessStatus {
  const all = [own, ...others];
  const feeds = all.flatMap(({ feed }) => (feed === undefined ? [] : [feed]));
  const errors = all.flatMap(({ last_error: error }) => (error === undefined ? [] : [error]));
  return {
    ...own,
    counts: addUp(others.map(({ counts }) => counts)),
    feed: feeds.find(({ state }) => state === 'lost') ?? feeds[0],
    last_error: errors.sort((a, b) => b.at.localeCompare(a.at))[0],
    workers: others.length,
  };
}

function addUp(counts: readonly ProcessCounts[]): ProcessCounts {
  const sums: Record<string, number> = {};
  for (const each of counts)
    for (const [name, value] of Object.entries(each)) sums[name] = (sums[name] ?? 0) + Number(value);
  return sums;
}

/** One line for what is worth a look; undefined for everything else. */
function troubleOf(observation: Observation): string | undefined {
  switch (observation.kind) {
    case 'request':
      return observation.status >= 500
        ? `request ${observation.requestId} of ${observation.tenant ?? 'no tenant'}: ${observation.status} ${observation.errorCode ?? ''}`.trimEnd()
        : undefined;
    case 'management-request':
      return observation.status >= 500
        ? `call ${observation.requestId}: ${observation.method} ${observation.route ?? '?'} answered ${observation.status}`
        : undefined;
    case 'operation-run':
      return observation.outcome === 'finished'
        ? undefined
        : `operation ${observation.operation} (${observation.action}): ${observation.outcome}`;
    case 'internal-error':
      return `bug in ${observation.where}: ${observation.detail.split('\n', 1)[0] ?? ''}`;
    case 'message':
      if (observation.level !== 'error' && observation.level !== 'warn') return undefined;
      return [observation.text, observation.fields?.['reason']].filter((part) => part !== undefined).join(': ');
    case 'tenants-file-refused':
      return `${observation.path}: ${observation.problems.join('; ')}`;
    case 'worker-lost':
      return `worker ${observation.workerPid} ended: ${observation.how}`;
    case 'control-plane-lost':
      return `control plane lost: ${observation.reason}`;
    case 'snapshot-refused':
    case 'snapshot-source-failed':
    case 'disk-copy-ignored':
    case 'disk-copy-failed':
    case 'jwks-fetch-failed':
    case 'schema-cache-failed':
      return `${observation.kind.replaceAll('-', ' ')} of ${observation.tenant}: ${observation.reason}`;
    case 'process-started':
    case 'process-stopping':
    case 'process-stopped':
    case 'tenant-lookup':
    case 'tenant-loaded':
    case 'tenant-dropped':
    case 'control-plane-connected':
    case 'tenants-file-loaded':
    case 'jwks-fetched':
    case 'unknown-kid-reported':
    case 'jwt-cache-lookup':
    case 'schema-cache-loaded':
      return undefined;
  }
}
