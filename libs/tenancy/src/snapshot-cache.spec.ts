import { setTimeout as sleep } from 'node:timers/promises';
import type { TenantSnapshot } from '@perch/contract';
import { silentObserver, type Observation } from '@perch/observability';
import { tenantSnapshot } from '../../../tools/testing/tenant-snapshot.js';
import type { LastGoodCopies } from './last-good-copy.js';
import { createSnapshotCache, type SnapshotCacheOptions } from './snapshot-cache.js';
import type { SnapshotSource, TenantAbsence } from './snapshot-source.js';
import { SnapshotSourceError, TenantUnavailableError, UnknownTenantError } from './tenancy-error.js';

const snapshotOf = (key: string, version: number) => tenantSnapshot({ key, version });

/** A control plane of this spec's own: what it knows, whether it answers, and how often it was asked. */
class FakeSource implements SnapshotSource {
  readonly known = new Map<string, TenantSnapshot>();
  fetches = 0;
  away = false;
  running = 0;
  mostAtOnce = 0;
  /** Milliseconds every answer takes. */
  delayMs = 0;
  set(key: string, version: number) {
    this.known.set(key, snapshotOf(key, version));
  }
  locate = () => undefined;
  /** Changes that it knows of. */
  sequence = 1_000;
  async fetch(key: string): Promise<TenantSnapshot | TenantAbsence> {
    this.fetches += 1;
    const answer = this.known.get(key) ?? { absentUpTo: this.sequence };
    this.mostAtOnce = Math.max(this.mostAtOnce, (this.running += 1));
    if (this.delayMs > 0) await sleep(this.delayMs);
    this.running -= 1;
    if (this.away) throw new SnapshotSourceError('away');
    return answer;
  }
  start = async () => undefined;
  reportUnknownKid = () => undefined;
  wake = () => Promise.resolve(false);
  stop = async () => undefined;
}

class FakeCopies implements LastGoodCopies {
  readonly files = new Map<string, TenantSnapshot>();
  has = (key: string) => this.files.has(key);
  read = async (key: string) => this.files.get(key);
  write = async (snapshot: TenantSnapshot) => void this.files.set(snapshot.key, snapshot);
  remove = async (key: string) => void this.files.delete(key);
  settled = async () => undefined;
}

describe('the snapshot cache', () => {
  let source: FakeSource;
  const started: { stop(): Promise<void> }[] = [];
  const make = (options: Partial<SnapshotCacheOptions> = {}) => {
    const cache = createSnapshotCache({ source, observer: silentObserver, confirmIntervalMs: 60_000, ...options });
    started.push(cache);
    return cache;
  };
  beforeEach(() => {
    source = new FakeSource();
  });
  afterEach(async () => {
    for (const cache of started.splice(0)) await cache.stop();
  });

  it('asks once for many simultaneous requests, then answers from memory at once', async () => {
    source.set('a/b', 1);
    source.delayMs = 5;
    const cache = make();
    const all = await Promise.all(Array.from({ length: 50 }, () => cache.get('a/b')));
    expect(new Set(all).size).toBe(1);
    expect(cache.get('a/b')).toBe(all[0]);
    expect(source.fetches).toBe(1);
  });

  it('remembers an unknown key until it changes', async () => {
    const cache = make();
    for (let i = 0; i < 5; i += 1)
      await expect(async () => cache.get('no/such')).rejects.toBeInstanceOf(UnknownTenantError);
    expect(source.fetches).toBe(1);
    source.set('no/such', 1);
    cache.listener.changed('no/such', 1);
    expect(await cache.get('no/such')).toMatchObject({ version: 1 });
  });

  it('forgets an unknown key after a while', async () => {
    const cache = make({ unknownTtlMs: 20 });
    await expect(async () => cache.get('no/such')).rejects.toBeInstanceOf(UnknownTenantError);
    source.set('no/such', 1);
    await sleep(30);
    expect(await cache.get('no/such')).toMatchObject({ version: 1 });
  });

  it('keeps serving while the source is away, and says so of keys it never had', async () => {
    source.set('a/b', 1);
    const cache = make();
    await cache.get('a/b');
    source.away = true;
    cache.listener.connected(false);
    cache.listener.changed('a/b', 2);
    await sleep(5);
    expect(cache.get('a/b')).toMatchObject({ version: 1 });
    for (let i = 0; i < 5; i += 1)
      await expect(async () => cache.get('c/d')).rejects.toBeInstanceOf(TenantUnavailableError);
    expect(source.fetches).toBe(3);
    source.away = false;
    source.set('a/b', 2);
    source.set('c/d', 1);
    cache.listener.connected(true);
    await sleep(5);
    expect(cache.get('a/b')).toMatchObject({ version: 2 });
    expect(await cache.get('c/d')).toMatchObject({ version: 1 });
  });

  it('replaces a held snapshot when it changes and tells of it, while the old one serves', async () => {
    source.set('a/b', 1);
    const cache = make();
    const changes: unknown[] = [];
    cache.onChange((key, snapshot) => changes.push([key, snapshot?.version]));
    await cache.get('a/b');
    source.set('a/b', 2);
    source.delayMs = 10;
    cache.listener.changed('a/b', 2);
    expect(cache.get('a/b')).toMatchObject({ version: 1 });
    await sleep(20);
    expect(cache.get('a/b')).toMatchObject({ version: 2 });
    cache.listener.changed('a/b', 2);
    cache.listener.removed('a/b', { absentUpTo: 3 });
    await expect(async () => cache.get('a/b')).rejects.toBeInstanceOf(UnknownTenantError);
    expect(changes).toEqual([
      ['a/b', 2],
      ['a/b', undefined],
    ]);
    expect(source.fetches).toBe(2);
  });

  it('asks again when a change arrives while the older answer is under way', async () => {
    source.set('a/b', 1);
    source.delayMs = 10;
    const cache = make();
    const first = cache.get('a/b');
    await sleep(2);
    source.set('a/b', 2);
    cache.listener.changed('a/b', 2);
    expect(await first).toMatchObject({ version: 2 });
  });

  it('asks again for one that cannot serve yet, soon but not every time, and keeps it while the source is away', async () => {
    source.known.set('a/b', { ...snapshotOf('a/b', 1), status: 'provisioning' });
    const cache = make();
    for (let i = 0; i < 5; i += 1) expect(await cache.get('a/b')).toMatchObject({ status: 'provisioning' });
    expect(source.fetches).toBe(1);
    await sleep(220);
    source.away = true;
    expect(await cache.get('a/b')).toMatchObject({ status: 'provisioning' });
    source.away = false;
    source.set('a/b', 2);
    expect(await cache.get('a/b')).toMatchObject({ status: 'active' });
    source.known.set('a/c', { ...snapshotOf('a/c', 1), status: 'error' });
    await cache.get('a/c');
    await sleep(220);
    source.known.delete('a/c');
    await expect(async () => cache.get('a/c')).rejects.toBeInstanceOf(UnknownTenantError);
  });

  it('refuses to go back to an older version', async () => {
    source.set('a/b', 5);
    const cache = make();
    await cache.get('a/b');
    source.set('a/b', 4);
    cache.listener.resync();
    await sleep(5);
    expect(cache.get('a/b')).toMatchObject({ version: 5 });
  });

  describe('with a source on an older copy of its database', () => {
    const key = 'a/b';
    const notes: Observation[] = [];
    const observer = { note: (note: Observation) => void notes.push(note) };
    const lastGoodCopies = new FakeCopies();
    const refusals = () => notes.flatMap((note) => (note.kind === 'snapshot-refused' ? [note.reason] : []));
    beforeEach(async () => {
      source.set(key, 9);
      source.sequence = 9;
      lastGoodCopies.files.clear();
      await make({ lastGoodCopies }).get(key);
      notes.length = 0;
    });

    it.each<[string, number | undefined, number]>([
      ['an older version', 4, 5],
      ['that it is not there', undefined, 5],
    ])('refuses %s, held or on disk, until the source has been told that its state counts', async (_, older, upTo) => {
      const running = make({ lastGoodCopies, observer });
      await running.get(key);
      source.known.delete(key);
      if (older !== undefined) source.set(key, older);
      source.sequence = upTo;
      const restarted = make({ lastGoodCopies, observer });
      for (const cache of [running, restarted]) {
        cache.listener.resync();
        expect(await cache.get(key)).toMatchObject({ version: 9 });
        await sleep(5);
        expect(cache.get(key)).toMatchObject({ version: 9 });
      }
      expect(lastGoodCopies.files.get(key)).toMatchObject({ version: 9 });
      expect(refusals()).toEqual(Array<unknown>(2).fill(expect.stringContaining('is older than version 9')));

      source.sequence = 1_000_000;
      if (older !== undefined) source.set(key, source.sequence);
      for (const cache of [running, restarted]) {
        cache.listener.resync();
        await sleep(5);
        if (older !== undefined) expect(cache.get(key)).toMatchObject({ version: 1_000_000 });
        else await expect(async () => cache.get(key)).rejects.toBeInstanceOf(UnknownTenantError);
      }
      expect(lastGoodCopies.files.get(key)?.version).toBe(older === undefined ? undefined : 1_000_000);
    });

    it('refuses a removal, held or on disk, that is older than what was seen, and takes a newer one', async () => {
      const running = make({ lastGoodCopies, observer });
      await running.get(key);
      const restarted = make({ lastGoodCopies, observer });
      source.known.delete(key);
      source.sequence = 5;
      for (const cache of [running, restarted]) cache.listener.removed(key, { absentUpTo: 5 });
      await sleep(5);
      expect(running.get(key)).toMatchObject({ version: 9 });
      expect(lastGoodCopies.files.get(key)).toMatchObject({ version: 9 });
      expect(refusals()).toEqual(Array<unknown>(2).fill(expect.stringContaining('is older than version 9')));
      expect(await restarted.get(key)).toMatchObject({ version: 9 });

      source.away = true;
      for (const cache of [running, restarted, make({ lastGoodCopies })]) {
        cache.listener.removed(key, { absentUpTo: 10 });
        await sleep(5);
        await expect(async () => cache.get(key)).rejects.toBeInstanceOf(UnknownTenantError);
        lastGoodCopies.files.set(key, snapshotOf(key, 9));
      }
    });

    it('does not serve from disk what is removed while it is read there', async () => {
      const cache = make({ lastGoodCopies, observer });
      source.away = true;
      cache.listener.connected(false);
      const first = Promise.resolve(cache.get(key));
      cache.listener.removed(key, { absentUpTo: 10 });
      await first.catch(() => undefined);
      await sleep(5);
      await expect(async () => cache.get(key)).rejects.toBeInstanceOf(UnknownTenantError);
      expect(lastGoodCopies.files.size).toBe(0);
    });
  });

  it('compares everything after a resync: changed, gone, and what was unknown', async () => {
    for (const key of ['a/1', 'a/2', 'a/3']) source.set(key, 1);
    const cache = make();
    for (const key of source.known.keys()) await cache.get(key);
    await expect(async () => cache.get('a/4')).rejects.toBeInstanceOf(UnknownTenantError);
    source.set('a/1', 2);
    source.known.delete('a/2');
    source.set('a/4', 1);
    cache.listener.resync();
    await sleep(5);
    expect(cache.get('a/1')).toMatchObject({ version: 2 });
    await expect(async () => cache.get('a/2')).rejects.toBeInstanceOf(UnknownTenantError);
    expect(cache.get('a/3')).toMatchObject({ version: 1 });
    expect(await cache.get('a/4')).toMatchObject({ version: 1 });
  });

  it('serves the copy on disk after a restart while the source is away, and compares it when that is back', async () => {
    const lastGoodCopies = new FakeCopies();
    source.set('a/b', 1);
    await make({ lastGoodCopies }).get('a/b');
    source.away = true;
    const restarted = make({ lastGoodCopies });
    restarted.listener.connected(false);
    expect(await restarted.get('a/b')).toMatchObject({ version: 1 });
    await expect(async () => restarted.get('c/d')).rejects.toBeInstanceOf(TenantUnavailableError);
    source.away = false;
    source.set('a/b', 2);
    restarted.listener.connected(true);
    await sleep(5);
    expect(restarted.get('a/b')).toMatchObject({ version: 2 });
    expect(lastGoodCopies.files.get('a/b')).toMatchObject({ version: 2 });
  });

  it('does not wait long for a source that hangs when there is a copy, and takes its answer when it comes', async () => {
    const lastGoodCopies = new FakeCopies();
    lastGoodCopies.files.set('a/b', snapshotOf('a/b', 1));
    source.set('a/b', 2);
    source.delayMs = 60;
    const cache = make({ lastGoodCopies, patienceMs: 10 });
    expect(await cache.get('a/b')).toMatchObject({ version: 1 });
    await sleep(80);
    expect(cache.get('a/b')).toMatchObject({ version: 2 });
  });

  it('believes the source and not the copy when the data API is gone', async () => {
    const lastGoodCopies = new FakeCopies();
    lastGoodCopies.files.set('a/b', snapshotOf('a/b', 1));
    const cache = make({ lastGoodCopies });
    await expect(async () => cache.get('a/b')).rejects.toBeInstanceOf(UnknownTenantError);
    expect(lastGoodCopies.files.size).toBe(0);
  });

  it('holds so many snapshots and no more', async () => {
    for (const key of ['a/1', 'a/2', 'a/3']) source.set(key, 1);
    const cache = make({ maxSnapshots: 2 });
    for (const key of source.known.keys()) await cache.get(key);
    await cache.get('a/3');
    expect(source.fetches).toBe(3);
    await cache.get('a/1');
    expect(source.fetches).toBe(4);
  });

  describe('while somebody asks for many keys that nobody has', () => {
    const scan = (cache: ReturnType<typeof make>, count: number) =>
      Promise.all(
        Array.from({ length: count }, async (_, index) => {
          try {
            await cache.get(`ep-scan-${index}/db`);
            return 'served';
          } catch (error) {
            return error instanceof UnknownTenantError
              ? 'unknown'
              : error instanceof TenantUnavailableError
                ? 'later'
                : error;
          }
        }),
      );

    it('asks for a few at a time, turns away what is too much, and says so once', async () => {
      source.delayMs = 10;
      const notes: Observation[] = [];
      const observer = { note: (note: Observation) => void notes.push(note) };
      const cache = make({ observer, maxNewFetches: 4, maxNewWaiting: 20 });
      const outcomes = await scan(cache, 500);
      expect(source.mostAtOnce).toBe(4);
      expect(source.fetches).toBe(24);
      expect(outcomes.filter((outcome) => outcome === 'unknown')).toHaveLength(24);
      expect(outcomes.filter((outcome) => outcome === 'later')).toHaveLength(476);
      expect(notes.filter(({ kind }) => kind !== 'tenant-lookup')).toEqual([
        expect.objectContaining({ kind: 'message', level: 'warn' }),
      ]);
    });

    it('serves who is held or has a copy as ever, and takes over what changes of them', async () => {
      const lastGoodCopies = new FakeCopies();
      lastGoodCopies.files.set('with/copy', snapshotOf('with/copy', 1));
      for (const key of ['is/held', 'with/copy', 'is/new']) source.set(key, 1);
      const cache = make({ lastGoodCopies, maxNewFetches: 1, maxNewWaiting: 100 });
      await cache.get('is/held');
      source.delayMs = 20;
      const scanned = scan(cache, 40);
      source.set('is/held', 2);
      cache.listener.changed('is/held', 2);
      const startedAt = performance.now();
      expect(await cache.get('with/copy')).toMatchObject({ version: 1 });
      expect(cache.get('is/held')).toMatchObject({ version: 2 });
      expect(performance.now() - startedAt).toBeLessThan(200);
      expect(await cache.get('is/new')).toMatchObject({ version: 1 });
      await scanned;
    });

    it('remembers so many of them and no more', async () => {
      const cache = make({ maxUnknown: 3 });
      for (let round = 0; round < 2; round += 1) await scan(cache, 3);
      expect(source.fetches).toBe(3);
      await scan(cache, 5);
      expect(source.fetches).toBeGreaterThanOrEqual(5);
    });
  });
});
