import { setTimeout as sleep } from 'node:timers/promises';
import { postgrestDefaults, type TenantSnapshot } from '@perch/contract';
import { EngineError, type SchemaCache } from '@perch/engine';
import { silentObserver } from '@perch/observability';
import { ActiveTenants } from './active-tenant.js';
import { createSchemaCaches } from './schema-caches.js';
import type { SchemaVersion } from './schema-version.js';

const tenantOf = (version: number, key = 'a/b') => {
  const snapshot: TenantSnapshot = {
    format: 1,
    key,
    version,
    hostnames: [],
    path_prefix: '',
    status: 'active',
    database_url: 'postgres://x',
    settings: postgrestDefaults,
    jwt: {
      secret: null,
      secret_is_base64: false,
      jwks: { keys: [] },
      audience: null,
      audience_required: false,
      issuer: null,
    },
  };
  return new ActiveTenants().of(snapshot, '');
};

/** A database of this spec's own: what its schema is, whether it answers, and how often it was asked. */
class FakeDatabase {
  schema = 'one';
  loads = 0;
  questions = 0;
  away = false;
  cannotTellVersion = false;
  delayMs = 0;
  load = async (): Promise<SchemaCache> => {
    this.loads += 1;
    const contentHash = this.schema;
    await sleep(this.delayMs);
    if (this.away) throw new EngineError({ code: 'PGRST000', status: 503, message: 'away', kind: 'postgres' });
    return { contentHash } as SchemaCache;
  };
  readVersion = async (): Promise<SchemaVersion> => {
    this.questions += 1;
    const version = this.schema;
    await sleep(this.delayMs);
    if (this.away || this.cannotTellVersion)
      throw new EngineError({ code: 'x', status: 503, message: '', kind: 'postgres' });
    return { kind: 'counted', text: version };
  };
}

const one = { cache: { contentHash: 'one' } };
const two = { cache: { contentHash: 'two' } };

describe('schema caches', () => {
  let database: FakeDatabase;
  const make = () =>
    createSchemaCaches({
      load: database.load,
      readVersion: database.readVersion,
      observer: silentObserver,
      failureTtlMs: 20,
    });
  beforeEach(() => {
    database = new FakeDatabase();
  });

  it('are loaded once for many simultaneous requests, then at hand without a turn', async () => {
    database.delayMs = 5;
    const caches = make();
    const tenant = tenantOf(1);
    const all = await Promise.all(Array.from({ length: 20 }, () => caches.get(tenant)));
    expect(new Set(all).size).toBe(1);
    expect(caches.get(tenant)).toBe(all[0]);
    expect(database.loads).toBe(1);
  });

  it('are loaded again for a new snapshot version, and an older one does not bring the old cache back', async () => {
    const caches = make();
    await caches.get(tenantOf(1));
    database.schema = 'two';
    expect(await caches.get(tenantOf(2))).toMatchObject(two);
    expect(caches.get(tenantOf(1))).toMatchObject(two);
    expect(database.loads).toBe(2);
  });

  it('are one object for tenants with equal schemas', async () => {
    const caches = make();
    const cacheOf = async (key: string) => (await caches.get(tenantOf(1, key))).cache;
    expect(await cacheOf('a/1')).toBe(await cacheOf('a/2'));
    database.schema = 'two';
    expect(await cacheOf('a/3')).not.toBe(await cacheOf('a/1'));
  });

  it('that cannot be loaded are PGRST002, tried again only after a while', async () => {
    database.away = true;
    const caches = make();
    for (let i = 0; i < 5; i += 1)
      await expect(async () => caches.get(tenantOf(1))).rejects.toMatchObject({ code: 'PGRST002', status: 503 });
    expect(database.loads).toBe(1);
    database.away = false;
    await sleep(30);
    expect(await caches.get(tenantOf(1))).toMatchObject(one);
  });

  it('serve on as they are when a new version cannot be loaded', async () => {
    const caches = make();
    await caches.get(tenantOf(1));
    database.away = true;
    for (let i = 0; i < 5; i += 1) expect(await caches.get(tenantOf(2))).toMatchObject(one);
    expect(database.loads).toBe(2);
  });

  describe('after a refusal', () => {
    it('cost one question when nothing moved', async () => {
      const caches = make();
      const used = await caches.get(tenantOf(1));
      expect(await caches.ifMoved(used, tenantOf(1))).toBeUndefined();
      expect([database.loads, database.questions]).toEqual([1, 2]);
    });

    it('are loaded again when the schema moved', async () => {
      const caches = make();
      const used = await caches.get(tenantOf(1));
      database.schema = 'two';
      const newer = await caches.ifMoved(used, tenantOf(1));
      expect(newer).toMatchObject(two);
      expect(await caches.ifMoved(used, tenantOf(1))).toBe(newer);
      expect([database.loads, database.questions]).toEqual([2, 3]);
    });

    it('share the question, but not one that was asked before they knew of the change', async () => {
      const caches = make();
      const used = await caches.get(tenantOf(1));
      database.delayMs = 10;
      const before = caches.ifMoved(used, tenantOf(1));
      await sleep(2);
      database.schema = 'two';
      const after = await Promise.all(Array.from({ length: 20 }, () => caches.ifMoved(used, tenantOf(1))));
      expect(await before).toBeUndefined();
      expect(new Set(after).size).toBe(1);
      expect(after[0]).toMatchObject(two);
      expect(database.questions).toBe(1 + 1 + 1 + 1);
    });

    it('are loaded again when nobody can tell whether the schema moved', async () => {
      database.cannotTellVersion = true;
      const caches = make();
      const used = await caches.get(tenantOf(1));
      expect(await caches.ifMoved(used, tenantOf(1))).toBeUndefined();
      expect(database.loads).toBe(2);
    });

    it('leave the refusal as it is when the database is away', async () => {
      const caches = make();
      const used = await caches.get(tenantOf(1));
      database.away = true;
      expect(await caches.ifMoved(used, tenantOf(1))).toBeUndefined();
    });
  });

  it('are loaded once for all requests that found the schema moved', async () => {
    const caches = make();
    const used = await caches.get(tenantOf(1));
    database.schema = 'two';
    database.delayMs = 5;
    const all = await Promise.all(Array.from({ length: 20 }, () => caches.afterMove(used, tenantOf(1))));
    expect(new Set(all).size).toBe(1);
    expect(all[0]).toMatchObject(two);
    expect(await caches.afterMove(used, tenantOf(1))).toBe(all[0]);
    expect(database.loads).toBe(2);
    database.away = true;
    await expect(caches.afterMove(all[0] ?? used, tenantOf(1))).rejects.toMatchObject({ code: 'PGRST002' });
  });

  it('are gone when their tenant is', async () => {
    const caches = make();
    await caches.get(tenantOf(1));
    caches.forget('a/b');
    await caches.get(tenantOf(1));
    expect(database.loads).toBe(2);
  });
});
