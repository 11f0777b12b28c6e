/**
 * What a proxy knows of its tenants: a key in, the snapshot in force out, from memory if it can. Loads are single
 * flight, unknown keys are remembered for a while, what was loaded once keeps being served while the source is away, and
 * copies on disk carry that over a restart.
 */
import { LRUCache } from 'lru-cache';
import type { TenantSnapshot } from '@perch/contract';
import type { Observer } from '@perch/observability';
import type { LastGoodCopies } from './last-good-copy.js';
import { createLimiter, LimitExceededError } from './limiter.js';
import { createSingleFlight } from './single-flight.js';
import type { SnapshotListener, SnapshotSource, TenantAbsence } from './snapshot-source.js';
import { TenantUnavailableError, UnknownTenantError } from './tenancy-error.js';
import { reasonOf } from './reason-of.js';

export interface SnapshotCacheOptions {
  readonly source: SnapshotSource;
  readonly observer: Observer;
  /** undefined: a source that is at hand at every start needs none. */
  readonly lastGoodCopies?: LastGoodCopies | undefined;
  /** Snapshots held at most; the least recently used goes first. Default 20,000. */
  readonly maxSnapshots?: number;
  /** Unknown keys remembered at most. Default 50,000. */
  readonly maxUnknown?: number;
  /** Milliseconds an unknown key is remembered; a change of it ends that at once. Default 30 s. */
  readonly unknownTtlMs?: number;
  /** Milliseconds to wait for the source before a copy on disk is served. Default 500. */
  readonly patienceMs?: number;
  /** Fetches at the same time of keys that were never served, such as a scan makes up. Default 16. */
  readonly maxNewFetches?: number;
  /** Of those, how many may wait for their turn. Default 1,000. */
  readonly maxNewWaiting?: number;
  /** Milliseconds between attempts to confirm snapshots that may be stale. Default 15 s. */
  readonly confirmIntervalMs?: number;
}

export interface SnapshotCache {
  /**
   * @throws UnknownTenantError when there is no such data API, TenantUnavailableError when that cannot be told.
   */
  get(key: string): TenantSnapshot | Promise<TenantSnapshot>;
  /** Calls back when a held snapshot was replaced, and with undefined when it is gone. */
  onChange(callback: (key: string, snapshot: TenantSnapshot | undefined) => void): void;
  readonly listener: SnapshotListener;
  /** Snapshots held. */
  readonly size: number;
  stop(): Promise<void>;
}

interface Held {
  readonly snapshot: TenantSnapshot;
  /** false: from disk, or a newer one is known of; to be compared with the source as soon as that answers. */
  readonly confirmed: boolean;
  /** Milliseconds of a clock that never goes back. */
  readonly askedAt: number;
}

type Absence = 'unknown' | 'unavailable';

/** Milliseconds a snapshot that cannot serve yet is believed: who enables a data API calls it the moment it is active. */
const unservingTtlMs = 200;
/** Milliseconds in which nobody asks an unreachable source for the same key again. */
const unavailableTtlMs = 1_000;
/** Fetches at the same time of keys that are held or have a copy on disk: they never wait behind a scan. */
const knownConcurrency = 64;
/** Milliseconds that a key which was never served may wait for its turn. */
const newWaitMs = 2_000;
/** Milliseconds between two lines in the log about keys that were turned away. */
const crowdedLogMs = 10_000;
/** Snapshots compared at the same time after a resync. */
const confirmConcurrency = 8;

export function createSnapshotCache(options: SnapshotCacheOptions): SnapshotCache {
  const { source, observer, lastGoodCopies } = options;
  const held = new LRUCache<string, Held>({ max: options.maxSnapshots ?? 20_000 });
  const absent = new LRUCache<string, Absence>({
    max: options.maxUnknown ?? 50_000,
    ttl: options.unknownTtlMs ?? 30_000,
  });
  const knownFetches = createLimiter({ concurrency: knownConcurrency });
  const newFetches = createLimiter({
    concurrency: options.maxNewFetches ?? 16,
    maxWaiting: options.maxNewWaiting ?? 1_000,
    maxWaitMs: newWaitMs,
  });
  const flights = createSingleFlight<TenantSnapshot | undefined>();
  const callbacks: ((key: string, snapshot: TenantSnapshot | undefined) => void)[] = [];
  /** Keys that changed while they were being fetched: the answer under way may be older than the change. */
  const changedInFlight = new Set<string>();
  const abort = new AbortController();
  let sourceIsAway = false;
  let confirming: Promise<void> | undefined;
  let crowdedSaidAt = -Infinity;

  const tellOf = (key: string, snapshot: TenantSnapshot | undefined) => {
    for (const callback of callbacks) callback(key, snapshot);
  };

  const hold = (
    snapshot: TenantSnapshot,
    from: 'source' | 'disk',
    confirmed: boolean = from === 'source',
  ): TenantSnapshot => {
    const before = held.peek(snapshot.key)?.snapshot;
    const current = before?.version === snapshot.version ? before : snapshot;
    held.set(snapshot.key, { snapshot: current, confirmed, askedAt: performance.now() });
    absent.delete(snapshot.key);
    if (current !== before) {
      observer.note({ kind: 'tenant-loaded', tenant: snapshot.key, version: snapshot.version, from });
      if (before !== undefined) tellOf(snapshot.key, snapshot);
    }
    if (from === 'source' && current !== before) void lastGoodCopies?.write(snapshot);
    return current;
  };

  /** A source that is behind what was seen of a data API rolls nobody back: what was seen stays in force. */
  const sayRefused = (answer: TenantSnapshot | TenantAbsence, seen: TenantSnapshot) => {
    const older = 'absentUpTo' in answer ? `what is unknown up to ${answer.absentUpTo}` : `version ${answer.version}`;
    const reason = `${older} is older than version ${seen.version}; after a restore see perch accept-restore`;
    observer.note({ kind: 'snapshot-refused', tenant: seen.key, reason });
  };

  const drop = (key: string) => {
    absent.set(key, 'unknown');
    void lastGoodCopies?.remove(key);
    if (!held.delete(key)) return;
    observer.note({ kind: 'tenant-dropped', tenant: key });
    tellOf(key, undefined);
  };

  const dropUnlessNewer = (key: string, absence: TenantAbsence, seen: TenantSnapshot | undefined) => {
    if (seen !== undefined && isOlder(absence, seen)) sayRefused(absence, seen);
    else drop(key);
  };

  const readCopy = (key: string) => (lastGoodCopies?.has(key) === true ? lastGoodCopies.read(key) : undefined);
  const isKnown = (key: string) => held.has(key) || lastGoodCopies?.has(key) === true;

  /** Asks the source until its answer is not older than the last change known. @throws SnapshotSourceError, LimitExceededError */
  const fetchFromSource = (key: string): Promise<TenantSnapshot | undefined> =>
    flights.run(key, async () => {
      for (;;) {
        const limiter = isKnown(key) ? knownFetches : newFetches;
        const [answer, copy] = await Promise.all([
          limiter.run(() => {
            changedInFlight.delete(key);
            return source.fetch(key, abort.signal);
          }),
          // It may be newer than what the source has, which is only seen before the answer takes its place.
          held.has(key) ? undefined : readCopy(key),
        ]);
        if (changedInFlight.has(key)) continue;
        const seen = held.peek(key)?.snapshot ?? copy;
        if (seen !== undefined && isOlder(answer, seen)) {
          sayRefused(answer, seen);
          return hold(seen, 'disk', true);
        }
        if (!('absentUpTo' in answer)) return hold(answer, 'source');
        drop(key);
        return undefined;
      }
    });

  const sayWhyNot = (key: string, error: unknown) => {
    if (!(error instanceof LimitExceededError)) {
      observer.note({ kind: 'snapshot-source-failed', tenant: key, reason: reasonOf(error) });
      return;
    }
    if (performance.now() - crowdedSaidAt < crowdedLogMs) return;
    crowdedSaidAt = performance.now();
    const text = 'more unknown data APIs are asked for than the source is asked about';
    observer.note({ kind: 'message', level: 'warn', text, fields: { reason: reasonOf(error) } });
  };

  const load = async (key: string): Promise<TenantSnapshot> => {
    const fetched = fetchFromSource(key).then(
      (snapshot) => ({ snapshot, error: undefined }),
      (error: unknown) => ({ snapshot: undefined, error: error ?? new TenantUnavailableError(key) }),
    );
    const patienceMs = sourceIsAway ? 0 : (options.patienceMs ?? 500);
    const early = lastGoodCopies === undefined ? await fetched : await Promise.race([fetched, after(patienceMs)]);
    if (early?.snapshot !== undefined) return early.snapshot;
    if (early === undefined || early.error !== undefined) {
      const copy = await lastGoodCopies?.read(key);
      // The source may have answered meanwhile, and its word counts.
      const current = held.get(key);
      if (current !== undefined) return current.snapshot;
      if (copy !== undefined && absent.get(key) !== 'unknown') return hold(copy, 'disk');
    }
    const { snapshot, error } = await fetched;
    if (error === undefined) return orUnknown(snapshot);
    // It was removed meanwhile.
    if (absent.get(key) === 'unknown') throw new UnknownTenantError();
    sayWhyNot(key, error);
    absent.set(key, 'unavailable', { ttl: unavailableTtlMs });
    throw new TenantUnavailableError(key, { cause: error });
  };

  /** Compares what may be stale with the source, a few at a time; what fails stays for the next round. */
  const confirmAll = async (): Promise<void> => {
    const waiting = [...held.entries()].filter(([, { confirmed }]) => !confirmed).map(([key]) => key);
    const worker = async () => {
      for (let key = waiting.pop(); key !== undefined && !abort.signal.aborted; key = waiting.pop()) {
        try {
          await fetchFromSource(key);
        } catch (error) {
          observer.note({ kind: 'snapshot-source-failed', tenant: key, reason: reasonOf(error) });
          return;
        }
      }
    };
    await Promise.all(Array.from({ length: confirmConcurrency }, worker));
  };
  const confirmSoon = () => {
    confirming ??= confirmAll().finally(() => {
      confirming = undefined;
    });
  };
  const timer = setInterval(confirmSoon, options.confirmIntervalMs ?? 15_000);
  timer.unref();

  const distrust = (key: string) => {
    const current = held.peek(key);
    if (current !== undefined) held.set(key, { ...current, confirmed: false });
  };

  return {
    get(key) {
      const current = held.get(key);
      // The usual case notes nothing: it is every request that the other outcomes do not count.
      if (current !== undefined && isGood(current)) return current.snapshot;
      if (current !== undefined) return fetchFromSource(key).then(orUnknown, () => current.snapshot);
      const absence = absent.get(key);
      if (absence === 'unknown') {
        observer.note({ kind: 'tenant-lookup', outcome: 'unknown-cached' });
        throw new UnknownTenantError();
      }
      if (absence === 'unavailable') {
        observer.note({ kind: 'tenant-lookup', outcome: 'unavailable' });
        throw new TenantUnavailableError(key);
      }
      return load(key).then(
        (snapshot) => {
          observer.note({ kind: 'tenant-lookup', outcome: 'loaded' });
          return snapshot;
        },
        (error: unknown) => {
          const outcome = error instanceof UnknownTenantError ? 'unknown' : 'unavailable';
          observer.note({ kind: 'tenant-lookup', outcome });
          throw error;
        },
      );
    },
    onChange(callback) {
      callbacks.push(callback);
    },
    get size() {
      return held.size;
    },
    listener: {
      changed(key, version) {
        if (flights.isRunning(key)) changedInFlight.add(key);
        absent.delete(key);
        const current = held.peek(key);
        if (current === undefined || (current.confirmed && current.snapshot.version >= version)) return;
        distrust(key);
        // A round under way may have passed this key already.
        fetchFromSource(key).catch((error: unknown) => {
          observer.note({ kind: 'snapshot-source-failed', tenant: key, reason: reasonOf(error) });
        });
      },
      removed(key, absence) {
        if (flights.isRunning(key)) changedInFlight.add(key);
        const seen = held.peek(key)?.snapshot;
        const copy = seen === undefined ? readCopy(key) : undefined;
        if (copy === undefined) return dropUnlessNewer(key, absence, seen);
        void copy.then((read) => dropUnlessNewer(key, absence, held.peek(key)?.snapshot ?? read));
      },
      resync() {
        absent.clear();
        for (const key of [...held.keys()]) distrust(key);
        confirmSoon();
      },
      connected(isConnected) {
        sourceIsAway = !isConnected;
        if (!isConnected) return;
        for (const [key, absence] of [...absent.entries()]) if (absence === 'unavailable') absent.delete(key);
        confirmSoon();
      },
    },
    async stop() {
      clearInterval(timer);
      abort.abort();
      await confirming;
      await lastGoodCopies?.settled();
    },
  };
}

function isGood({ snapshot, askedAt }: Held): boolean {
  return snapshot.status === 'active' || performance.now() - askedAt < unservingTtlMs;
}

function isOlder(answer: TenantSnapshot | TenantAbsence, { version }: TenantSnapshot): boolean {
  return ('absentUpTo' in answer ? answer.absentUpTo : answer.version) < version;
}

function orUnknown(snapshot: TenantSnapshot | undefined): TenantSnapshot {
  if (snapshot === undefined) throw new UnknownTenantError();
  return snapshot;
}

function after(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, undefined));
}
