import { setTimeout as sleep } from 'node:timers/promises';
import { postgrestDefaults } from '@perch/contract';
import { EngineError, type SchemaSnapshot } from '@perch/engine';
import { silentObserver } from '@perch/observability';
import { emptySchema } from '../../../tools/testing/empty-schema.js';
import { tenantSnapshot } from '../../../tools/testing/tenant-snapshot.js';
import { ActiveTenants, type ActiveTenant } from './active-tenant.js';
import { createSchemaCaches } from './schema-caches.js';
import type { ReadSchema, SchemaCopies, SchemaCopy } from './schema-copies.js';
import type { SchemaVersion } from './schema-version.js';

const tenantOf = (version: number, key = 'a/b') =>
  new ActiveTenants().of(tenantSnapshot({ key, version, settings: postgrestDefaults }), '');

/** A database of this spec's own: what its schema is, whether it answers, and how often it was asked. */
class FakeDatabase {
  schema = 'one';
  loads = 0;
  questions = 0;
  away = false;
  cannotTellVersion = false;
  delayMs = 0;
  /** Differs also by what no counter sees. */
  roles = 'roles';
  counts = true;
  readSchema = async (): Promise<SchemaSnapshot> => {
    this.loads += 1;
    const contentHash = this.schema;
    await sleep(this.delayMs);
    if (this.away) throw new EngineError({ code: 'PGRST000', status: 503, message: 'away', kind: 'postgres' });
    return { contentHash, content };
  };
  readVersion = async (): Promise<SchemaVersion> => {
    this.questions += 1;
    const version = this.schema;
    await sleep(this.delayMs);
    if (this.away || this.cannotTellVersion)
      throw new EngineError({ code: 'x', status: 503, message: '', kind: 'postgres' });
    return this.counts ? { kind: 'counted', text: version } : { kind: 'catalog', text: version + this.roles };
  };
  readState = async () => ({ version: await this.readVersion(), catalog: this.schema + this.roles });
  readSchemaWithState = async () => {
    const state = await this.readState().catch(() => undefined);
    return { snapshot: await this.readSchema(), state };
  };
  readCatalogVersion = async () => this.schema + this.roles;
  readSettings = async () => new Map<string, string>();
}

const content = emptySchema;

/** Copies that outlive the caches of one process. */
class FakeCopies implements SchemaCopies {
  readonly files = new Map<string, SchemaCopy>();
  read = async ({ key }: ActiveTenant) => this.files.get(key);
  write = async (tenant: ActiveTenant, schema: ReadSchema) => {
    const { contentHash } = schema;
    const document = async () => ({ snapshot: { contentHash, content }, characters: 10 });
    this.files.set(tenant.key, { ...schema, snapshotVersion: tenant.version, document });
  };
  remove = async (key: string) => void this.files.delete(key);
  settled = async () => undefined;
}

const one = { cache: { contentHash: 'one' } };
const two = { cache: { contentHash: 'two' } };

describe('schema caches', () => {
  let database: FakeDatabase;
  const make = () => createSchemaCaches({ database, observer: silentObserver, failureTtlMs: 20 });
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

  it('are fresh after the last of several calls to read them again', async () => {
    const caches = make();
    await caches.get(tenantOf(1));
    database.delayMs = 5;
    database.schema = 'two';
    const first = caches.reload(tenantOf(1));
    await sleep(7);
    // By now the first has read its state and asks for the schema.
    database.schema = 'three';
    await Promise.all([first, ...Array.from({ length: 10 }, () => caches.reload(tenantOf(1)))]);
    expect(caches.get(tenantOf(1))).toMatchObject({ cache: { contentHash: 'three' } });
    expect(database.loads).toBe(3);
    database.away = true;
    await caches.reload(tenantOf(1));
    expect(caches.get(tenantOf(1))).toMatchObject({ cache: { contentHash: 'three' } });
  });

  it('are asked about when something may have been missed, and read again if so', async () => {
    const caches = make();
    await caches.recheck(tenantOf(1));
    expect(database.questions).toBe(0);
    await caches.get(tenantOf(1));
    await caches.recheck(tenantOf(1));
    expect(database.loads).toBe(1);
    database.schema = 'two';
    await caches.recheck(tenantOf(1));
    expect(caches.get(tenantOf(1))).toMatchObject(two);
  });

  it('are gone when their tenant is', async () => {
    const caches = make();
    await caches.get(tenantOf(1));
    caches.forget('a/b');
    await caches.get(tenantOf(1));
    expect(database.loads).toBe(2);
  });

  describe('with copies on disk', () => {
    let copies: FakeCopies;
    const start = () =>
      createSchemaCaches({ database, copies, observer: silentObserver, failureTtlMs: 20, recheckDelayMs: 10 });
    beforeEach(async () => {
      copies = new FakeCopies();
      await start().get(tenantOf(2));
      database.loads = database.questions = 0;
    });

    it('serve a copy without a question where the request itself compares the count', async () => {
      expect(await start().get(tenantOf(2))).toMatchObject({ ...one, version: { kind: 'counted', text: 'one' } });
      expect([database.loads, database.questions]).toEqual([0, 0]);
    });

    it('read the database when the request finds that the copy is out of date', async () => {
      database.schema = 'two';
      const caches = start();
      const used = await caches.get(tenantOf(2));
      expect(await caches.afterMove(used, tenantOf(2))).toMatchObject(two);
      expect(await start().get(tenantOf(2))).toMatchObject(two);
      expect(database.loads).toBe(1);
    });

    it('compare the catalogs first where nothing is counted', async () => {
      database.counts = false;
      copies.files.clear();
      await start().get(tenantOf(2));
      database.loads = database.questions = 0;
      expect(await start().get(tenantOf(2))).toMatchObject(one);
      expect([database.loads, database.questions]).toEqual([0, 1]);
      database.roles = 'other roles';
      await start().get(tenantOf(2));
      expect(database.loads).toBe(1);
    });

    it('compare the catalogs behind the first answer where the count cannot see all', async () => {
      database.roles = 'other roles';
      await start().get(tenantOf(2));
      // Read again, and kept.
      const isKept = () => copies.files.get('a/b')?.catalog.endsWith('other roles') === true;
      for (let waited = 0; !isKept() && waited < 5_000; waited += 5) await sleep(5);
      expect(database.loads).toBe(1);
      await start().get(tenantOf(2));
      await sleep(20);
      expect(database.loads).toBe(1);
    });

    it('take none of an older configuration, of other schemas or of a release that reads differently', async () => {
      await start().get(tenantOf(3));
      expect(database.loads).toBe(1);
      const copy = copies.files.get('a/b');
      if (copy === undefined) throw copy;
      copies.files.set('a/b', { ...copy, schemas: ['others'] });
      await start().get(tenantOf(3));
      expect(database.loads).toBe(2);
      copies.files.set('a/b', { ...copy, extraSearchPath: ['others'] });
      await start().get(tenantOf(3));
      expect(database.loads).toBe(3);
      copies.files.set('a/b', { ...copy, document: async () => undefined });
      await start().get(tenantOf(3));
      expect(database.loads).toBe(4);
    });

    it('keep nothing of a tenant that has gone while its schema was read', async () => {
      copies.files.clear();
      database.delayMs = 5;
      const kept: string[] = [];
      const caches = createSchemaCaches({
        database,
        copies,
        observer: silentObserver,
        onKept: ({ key }) => kept.push(key),
      });
      const loading = caches.get(tenantOf(2));
      await sleep(2);
      caches.forget('a/b');
      expect(await loading).toMatchObject(one);
      expect([caches.holds('a/b'), copies.files.size, kept]).toEqual([false, 0, []]);
      await caches.get(tenantOf(2));
      expect([caches.holds('a/b'), copies.files.size, kept]).toEqual([true, 1, ['a/b']]);
    });

    it('keep none of a tenant that is gone, and none whose state could not be read', async () => {
      start().forget('a/b');
      expect(copies.files.size).toBe(0);
      database.cannotTellVersion = true;
      await start().get(tenantOf(2));
      expect(copies.files.size).toBe(0);
    });
  });
});
