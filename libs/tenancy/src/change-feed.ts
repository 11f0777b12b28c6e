/**
 * Keeps one connection to the control plane's change feed for as long as the proxy runs: it reconnects with growing
 * waits, resumes behind the last change seen, and passes on what the feed says.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fleetApiPaths, fleetEventNames, resyncSchema, tenantChangeSchema, tenantKey } from '@perch/contract';
import type { Observer } from '@perch/observability';
import { abortAfter, bodyPieces, orAborted } from './abortable.js';
import { backoffMs } from './backoff.js';
import { createEventStreamParser, type ServerSentEvent } from './server-sent-events.js';
import type { SnapshotListener } from './snapshot-source.js';
import { SnapshotSourceError } from './tenancy-error.js';
import { reasonOf } from './reason-of.js';

export interface ChangeFeedOptions {
  /** Base URL of the control plane, without a path. */
  readonly controlPlaneUrl: string;
  readonly fleetToken: string;
  readonly observer: Observer;
  /** Milliseconds without a byte after which the connection counts as dead. Default 30 s: the control plane writes at least every 10 s. */
  readonly idleTimeoutMs?: number;
  /** Milliseconds before the second try and the longest wait between two. Default 250 and 3,000: what was withdrawn meanwhile is served no longer than this after the line is back. */
  readonly firstRetryMs?: number;
  readonly maxRetryMs?: number;
}

/** Runs until `signal` aborts; then resolves. Never throws. */
export async function followChanges(
  options: ChangeFeedOptions,
  listener: SnapshotListener,
  signal: AbortSignal,
): Promise<void> {
  const state = { sequence: 0, failures: 0 };
  while (!signal.aborted) {
    const reason = await readFeed(options, listener, state, signal).then(
      () => 'the control plane closed the feed',
      (error: unknown) => reasonOf(error),
    );
    if (signal.aborted) return;
    state.failures += 1;
    const retryInMs = backoffMs(state.failures, {
      firstMs: options.firstRetryMs ?? 250,
      maxMs: options.maxRetryMs ?? 3_000,
    });
    listener.connected(false);
    options.observer.note({ kind: 'control-plane-lost', reason, retryInMs });
    await sleep(retryInMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** One connection, to its end. @throws SnapshotSourceError and whatever fetch throws */
async function readFeed(
  options: ChangeFeedOptions,
  listener: SnapshotListener,
  state: { sequence: number; failures: number },
  signal: AbortSignal,
): Promise<void> {
  const connection = abortAfter(options.idleTimeoutMs ?? 30_000, [signal]);
  try {
    const request = fetch(new URL(fleetApiPaths.changes(state.sequence), options.controlPlaneUrl), {
      headers: { authorization: `Bearer ${options.fleetToken}`, accept: 'text/event-stream' },
      redirect: 'error',
      signal: connection.signal,
    });
    const response = await orAborted(request, connection.signal);
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      throw new SnapshotSourceError(`the control plane answered ${response.status} to the change feed`);
    }
    state.failures = 0;
    options.observer.note({ kind: 'control-plane-connected', sequence: state.sequence });
    listener.connected(true);
    const parse = createEventStreamParser();
    const decoder = new TextDecoder();
    for await (const piece of bodyPieces(response, connection.signal)) {
      connection.restart();
      for (const event of parse(decoder.decode(piece, { stream: true }))) passOn(event, listener, state);
    }
  } finally {
    connection.done();
  }
}

function passOn(event: ServerSentEvent, listener: SnapshotListener, state: { sequence: number }): void {
  switch (event.event) {
    case fleetEventNames.change: {
      const change = tenantChangeSchema.parse(JSON.parse(event.data));
      const key = tenantKey({ endpointId: change.endpoint_id, database: change.database });
      if (change.version === null) listener.removed(key, { absentUpTo: change.sequence });
      else listener.changed(key, change.version);
      state.sequence = change.sequence;
      return;
    }
    case fleetEventNames.resync:
      state.sequence = resyncSchema.parse(JSON.parse(event.data)).sequence;
      listener.resync();
      return;
    default:
      // Kinds of events that a newer control plane may add.
      return;
  }
}
