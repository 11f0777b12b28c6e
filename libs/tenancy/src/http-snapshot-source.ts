/**
 * Snapshots from the control plane's internal API: a tenant key in, its snapshot out; the change feed beside it. The
 * URL forms are those of endpoints.
 *
 * @see libs/contract/src/fleet-api.ts
 */
import { LRUCache } from 'lru-cache';
import {
  changeSequenceHeader,
  fleetApiPaths,
  tenantSnapshotSchema,
  type TenantAddress,
  type TenantSnapshot,
} from '@perch/contract';
import type { Observer } from '@perch/observability';
import { abortAfter, bodyPieces, orAborted } from './abortable.js';
import { followChanges } from './change-feed.js';
import { locateEndpoint } from './endpoint-address.js';
import type { SnapshotSource, TenantAbsence } from './snapshot-source.js';
import { SnapshotSourceError } from './tenancy-error.js';
import { reasonOf } from './reason-of.js';
import { createEndpointWaker } from './wake-endpoint.js';

export interface HttpSnapshotSourceOptions {
  /** Base URL of the control plane, without a path. */
  readonly controlPlaneUrl: string;
  readonly fleetToken: string;
  readonly observer: Observer;
  /** Milliseconds for one snapshot. Default 3,000. */
  readonly fetchTimeoutMs?: number;
  /** Milliseconds between two reports of unknown key ids of one tenant. Default 30 s. */
  readonly unknownKidIntervalMs?: number;
  /** See ChangeFeedOptions. */
  readonly idleTimeoutMs?: number;
  readonly firstRetryMs?: number;
  readonly maxRetryMs?: number;
}

/** Far above any real snapshot: a limit on what a confused server can make a proxy hold. */
const maxSnapshotBytes = 4 * 1024 * 1024;

export function createHttpSnapshotSource(options: HttpSnapshotSourceOptions): SnapshotSource {
  const { controlPlaneUrl, fleetToken, observer } = options;
  const stopping = new AbortController();
  const reported = new LRUCache<string, true>({ max: 10_000, ttl: options.unknownKidIntervalMs ?? 30_000 });
  let feed: Promise<void> | undefined;

  /** One exchange to its end. */
  const callWithin = async <T>(
    timeoutMs: number,
    path: string,
    method: 'GET' | 'POST',
    use: (response: Response, signal: AbortSignal) => Promise<T>,
    signals: readonly AbortSignal[] = [],
  ): Promise<T> => {
    const deadline = abortAfter(timeoutMs, [stopping.signal, ...signals]);
    const { signal } = deadline;
    const headers = { authorization: `Bearer ${fleetToken}` };
    try {
      const request = fetch(new URL(path, controlPlaneUrl), { method, headers, redirect: 'error', signal });
      return await use(await orAborted(request, signal), signal);
    } finally {
      deadline.done();
    }
  };
  const timeoutMs = options.fetchTimeoutMs ?? 3_000;
  const wakeEndpoint = createEndpointWaker((path, wakeTimeoutMs) =>
    callWithin(wakeTimeoutMs, path, 'POST', async ({ status }) => status),
  );

  return {
    locate: locateEndpoint,
    async fetch(key, signal) {
      const { endpointId, database } = addressOf(key);
      try {
        const path = fleetApiPaths.tenant(endpointId, database);
        const read = async (response: Response, ended: AbortSignal): Promise<TenantSnapshot | TenantAbsence> => {
          const text = await readText(response, ended);
          if (response.status === 404 && isTenantNotFound(text)) return absenceOf(response);
          if (response.status !== 200) throw new SnapshotSourceError(`the control plane answered ${response.status}`);
          return parseSnapshot(text, key);
        };
        return await callWithin(timeoutMs, path, 'GET', read, signal === undefined ? [] : [signal]);
      } catch (error) {
        throw error instanceof SnapshotSourceError
          ? error
          : new SnapshotSourceError(couldNotAsk(error), { cause: error });
      }
    },
    async start(listener) {
      feed ??= followChanges(options, listener, stopping.signal);
    },
    reportUnknownKid(key) {
      if (reported.has(key)) return;
      reported.set(key, true);
      const { endpointId, database } = addressOf(key);
      observer.note({ kind: 'unknown-kid-reported', tenant: key });
      callWithin(timeoutMs, fleetApiPaths.unknownKid(endpointId, database), 'POST', readText).catch(
        (error: unknown) => {
          observer.note({ kind: 'snapshot-source-failed', tenant: key, reason: couldNotAsk(error) });
        },
      );
    },
    wake: (key) => wakeEndpoint(addressOf(key).endpointId),
    async stop() {
      stopping.abort();
      await feed;
    },
  };
}

/** The way back from `tenantKey`. */
function addressOf(key: string): TenantAddress {
  const slash = key.indexOf('/');
  return { endpointId: key.slice(0, slash), database: key.slice(slash + 1) };
}

async function readText(response: Response, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyPieces(response, signal)) {
    size += chunk.length;
    if (size > maxSnapshotBytes) throw new SnapshotSourceError('the control plane sent more than a snapshot can be');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A 404 of anything else (a wrong URL, a proxy in between) says nothing about the tenant. */
function isTenantNotFound(text: string): boolean {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'code' in body && body.code === 'tenant.not-found';
  } catch {
    return false;
  }
}

/** A control plane of before does not say what it knows: it is believed. */
function absenceOf({ headers }: Response): TenantAbsence {
  const sequence = headers.get(changeSequenceHeader) ?? '';
  return { absentUpTo: /^\d{1,16}$/.test(sequence) ? Number(sequence) : Infinity };
}

function parseSnapshot(text: string, key: string): TenantSnapshot {
  const parsed = tenantSnapshotSchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    const paths = parsed.error.issues.map((issue) => issue.path.join('.') || issue.code).join(', ');
    throw new SnapshotSourceError(`the control plane sent a snapshot that this version does not understand: ${paths}`);
  }
  if (parsed.data.key !== key) throw new SnapshotSourceError('the control plane sent the snapshot of another tenant');
  return Object.freeze(parsed.data);
}

function couldNotAsk(error: unknown): string {
  return `the control plane could not be asked: ${reasonOf(error)}`;
}
