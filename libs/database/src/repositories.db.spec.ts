/** The repositories' promises that no unit can show: order, claims, secrets at rest. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { applyMigrations } from './apply-migrations.js';
import { createDatabase, type Database } from './client.js';
import { dataApiReportSchema } from './data-api-report.js';
import type { DataApi } from './data-api.js';
import { metadataChannels } from './metadata-events.js';
import { createPrisma } from './prisma-client.js';
import type { NewProject } from './project.repository.js';
import { publishSnapshot } from './publish-snapshot.js';

const migrations = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));
const report = dataApiReportSchema.parse({});

describe('the metadata database', () => {
  let metadata: TestDatabase;
  let database: Database;
  let counter = 0;

  const newProject = (overrides: Partial<NewProject['branch']> = {}): NewProject => {
    counter += 1;
    const suffix = String(counter).padStart(8, '0');
    return {
      id: `still-lake-${suffix}`,
      name: `project ${suffix}`,
      regionId: 'local',
      pgVersion: 18,
      compute: 'local',
      historyRetentionSeconds: 0,
      settings: {},
      defaultEndpointSettings: {},
      branch: {
        id: `br-still-lake-${suffix}`,
        name: 'main',
        isDefault: true,
        isProtected: false,
        annotation: {},
        currentState: 'init',
        endpoints: [
          {
            id: `ep-still-lake-${suffix}`,
            type: 'read_write',
            host: '127.0.0.1',
            port: 30_000 + counter,
            isLocal: true,
            superuserPassword: 'superuser secret',
            suspendTimeoutSeconds: 0,
            currentState: 'init',
          },
        ],
        roles: [{ name: 'owner', password: 'owner secret', isProtected: false }],
        databases: [{ name: 'app', ownerName: 'owner' }],
        operations: [],
        ...overrides,
      },
    };
  };
  const create = (overrides: Partial<NewProject['branch']> = {}) => database.projects.create(newProject(overrides));
  const enable = async (): Promise<DataApi & { readonly projectId: string }> => {
    const { project, branch, endpoints } = await create();
    const { dataApi, operation } = await database.dataApis.create({
      id: randomUUID(),
      projectId: project.id,
      branchId: branch.id,
      endpointId: endpoints[0]?.id ?? '',
      databaseName: 'app',
      loginRole: 'perch_api_1',
      loginPassword: 'login secret',
      settings: {},
      provider: null,
      providerName: null,
      jwksUrl: null,
      jwks: null,
      audience: null,
      audienceRequired: true,
      issuer: null,
      addDefaultGrants: false,
      addAnonymousGrants: true,
      skipAuthSchema: false,
    });
    await database.operations.finish(operation.id);
    return { ...dataApi, projectId: project.id };
  };
  const addressOf = ({ endpointId, databaseName }: DataApi) => ({ endpointId, database: databaseName });

  beforeAll(async () => {
    metadata = await createTestDatabase();
    await applyMigrations(metadata.url, migrations);
    database = createDatabase({ url: metadata.url, masterKey: 'master key of this spec' });
  });
  afterAll(async () => {
    await database.close();
    await metadata.drop();
  });

  test('no secret stands in any table as it is, nor in what the repositories list', async () => {
    const dataApi = await enable();
    const attached = await create({ connectionUrl: 'postgresql://u:attached-secret@h/d' });
    const { rows } = await metadata.query(
      `SELECT string_agg(t::text, ' ') AS all FROM (
         SELECT to_jsonb(b) AS t FROM branches b UNION ALL SELECT to_jsonb(e) FROM endpoints e
         UNION ALL SELECT to_jsonb(r) FROM roles r UNION ALL SELECT to_jsonb(d) FROM data_apis d) AS t`,
    );
    const listed = JSON.stringify([
      attached,
      dataApi,
      await database.endpoints.listOfBranch(dataApi.branchId),
      await database.roles.listOfBranch(dataApi.branchId),
      await database.branches.listOfProject(attached.project.id),
    ]);
    for (const text of [rows[0].all, listed]) expect(text).not.toMatch(/(superuser|owner|login|attached).secret/);
    expect(listed).not.toContain('Sealed');
    expect(await database.endpoints.superuserPassword(dataApi.endpointId)).toBe('superuser secret');
    expect(await database.roles.password(dataApi.branchId, 'owner')).toBe('owner secret');
    expect(await database.dataApiLogins.password(dataApi.id)).toBe('login secret');
    expect(await database.branches.connectionUrl(attached.branch.id)).toBe('postgresql://u:attached-secret@h/d');
  });

  test('a password moved to another row does not open there', async () => {
    const [one, two] = [await create(), await create()];
    await metadata.query(
      'UPDATE roles SET password_sealed = (SELECT password_sealed FROM roles WHERE branch_id = $1) WHERE branch_id = $2',
      [one.branch.id, two.branch.id],
    );
    await expect(database.roles.password(two.branch.id, 'owner')).rejects.toMatchObject({
      code: 'database.secret-unreadable',
    });
  });

  test('a local port is given once', async () => {
    const first = newProject();
    const second = newProject({ endpoints: first.branch.endpoints.map((one) => ({ ...one, id: `${one.id}x` })) });
    await database.projects.create(first);
    await expect(database.projects.create(second)).rejects.toMatchObject({ code: 'database.conflict' });
    expect(await database.projects.find(second.id)).toBeUndefined();
  });

  describe('operations', () => {
    const actions = [{ action: 'create_timeline' }, { action: 'start_compute' }] as const;

    test('of a branch are claimed in their order, and again after a worker died', async () => {
      const { operations } = await create({ operations: actions });
      const [first = '', second = ''] = operations.map(({ id }) => id);
      expect(await database.operations.claim(second)).toEqual({ kind: 'blocked', by: first });
      expect(await database.operations.claim(first)).toMatchObject({
        kind: 'claimed',
        operation: { status: 'running' },
      });
      expect(await database.operations.claim(first)).toMatchObject({ kind: 'claimed' });
      expect(await database.operations.finish(first)).toEqual([second]);
      expect(await database.operations.claim(first)).toEqual({ kind: 'done' });
      expect(await database.operations.claim(second)).toMatchObject({ kind: 'claimed' });
      expect(await database.operations.claim(randomUUID())).toEqual({ kind: 'done' });
    });

    test('that may run are the first unfinished of each branch', async () => {
      const one = await create({ operations: actions });
      const two = await create({ operations: actions });
      const runnable = await database.operations.runnable();
      expect(runnable).toEqual(expect.arrayContaining([one.operations[0]?.id, two.operations[0]?.id]));
      for (const { operations } of [one, two]) expect(runnable).not.toContain(operations[1]?.id);
    });

    test('that fail take with them what makes no sense any more', async () => {
      const { project, operations } = await create({ operations: actions });
      const [first = '', second = ''] = operations.map(({ id }) => id);
      await database.operations.claim(first);
      await database.operations.recordFailure(first, { error: 'no disk', retryAt: new Date() });
      expect(await database.operations.fail(first, { error: 'still none', cancelFollowers: true })).toEqual([]);
      expect(await database.operations.list(project.id, { limit: 10 })).toMatchObject([
        { id: second, status: 'cancelled' },
        { id: first, status: 'failed', error: 'still none', failuresCount: 2 },
      ]);
    });

    test('of a newer version wait for its worker, block their branch, and hide nothing else', async () => {
      await metadata.query(`ALTER TYPE operation_action ADD VALUE IF NOT EXISTS 'of_next_year'`);
      const { project, branch, operations } = await create({ operations: [...actions, actions[1]] });
      const [first = '', second = '', third = ''] = operations.map(({ id }) => id);
      await metadata.query(`UPDATE operations SET action = 'of_next_year' WHERE id = $1`, [second]);
      await metadata.query(`UPDATE operations SET input = '{"only_if": "new"}' WHERE id = $1`, [third]);
      expect(await database.operations.claim(first)).toMatchObject({ kind: 'claimed' });
      expect(await database.operations.finish(first)).toEqual([second]);
      expect(await database.operations.claim(second)).toEqual({ kind: 'newer' });
      expect(await database.operations.runnable()).toContain(second);
      expect(await database.operations.find(project.id, second)).toBeUndefined();
      const listed = await database.operations.list(project.id, { limit: 10 });
      expect(listed.map(({ id, input }) => [id, input])).toEqual([
        [third, {}],
        [first, {}],
      ]);
      await expect(database.branches.update(branch, { name: 'other' })).rejects.toMatchObject({
        code: 'database.busy',
      });
      // What its own worker leaves behind.
      await metadata.query(`UPDATE operations SET status = 'finished' WHERE id = $1`, [second]);
      expect(await database.operations.claim(third)).toEqual({ kind: 'newer' });
    });

    test('tell whoever waits', async () => {
      const { operations } = await create({ operations: actions });
      const heard = new Promise<string>((resolve) => {
        database.events.on(metadataChannels.operationChanged, (id) => id === operations[0]?.id && resolve(id));
      });
      await database.operations.claim(operations[0]?.id ?? '');
      expect(await heard).toBe(operations[0]?.id);
    });

    test('of a deleted project take its rows along, unless a removal failed', async () => {
      for (const outcome of ['finish', 'fail'] as const) {
        const { project, branch } = await create({ operations: [{ action: 'provision_data_api' }] });
        const away = { projectId: project.id, branchId: branch.id, action: 'delete_timeline' } as const;
        const [removal] = await database.projects.markDeleted(project.id, [away], 'cancel');
        const id = removal?.id ?? '';
        expect(await database.operations.claim(id)).toMatchObject({ kind: 'claimed' });
        expect(await database.projects.find(project.id)).toBeUndefined();
        if (outcome === 'finish') await database.operations.finish(id);
        else await database.operations.fail(id, { error: 'busy', cancelFollowers: false });
        const left = await database.projects.findEvenDeleted(project.id);
        expect([outcome, left === undefined]).toEqual([outcome, outcome === 'finish']);
      }
    });
  });

  describe('publishing', () => {
    test('a version grows over a deletion', async () => {
      const dataApi = await enable();
      const before = await database.tenants.snapshot(addressOf(dataApi));
      await database.dataApis.remove(dataApi.projectId, dataApi);
      expect(await database.tenants.snapshot(addressOf(dataApi))).toBeUndefined();
      const feed = await database.tenants.changesSince(before?.version ?? 0, 100);
      expect(feed).toMatchObject({ kind: 'changes', changes: [{ endpoint_id: dataApi.endpointId, version: null }] });
      expect(feed.sequence).toBeGreaterThan(before?.version ?? 0);
    });

    test('has a connection only while it is active, and an error takes none away from one that works', async () => {
      const dataApi = await enable();
      expect(await database.tenants.snapshot(addressOf(dataApi))).toMatchObject({
        status: 'provisioning',
        database_url: null,
      });
      await database.dataApis.activate(dataApi, report);
      const active = await database.tenants.snapshot(addressOf(dataApi));
      expect(active?.database_url).toMatch(/^postgresql:\/\/perch_api_1:login%20secret@127\.0\.0\.1:\d+\/app$/);
      await database.dataApis.recordError(dataApi, 'a later grant failed');
      expect(await database.tenants.snapshot(addressOf(dataApi))).toMatchObject({
        status: 'active',
        database_url: active?.database_url,
      });
    });

    test('of a row that a newer version wrote leaves out the settings that only it knows', async () => {
      const dataApi = await enable();
      const settings = JSON.stringify({ db_max_rows: 5, of_next_year: true });
      await metadata.query('UPDATE data_apis SET settings = $1 WHERE id = $2', [settings, dataApi.id]);
      expect((await database.dataApis.findById(dataApi.id))?.settings).toEqual({ db_max_rows: 5 });
      const snapshot = await database.tenants.snapshot(addressOf(dataApi));
      expect(snapshot?.settings.db_max_rows).toBe(5);
      expect(snapshot?.settings).not.toHaveProperty('of_next_year');
    });

    test('of something that is gone leaves no trace in the feed', async () => {
      const dataApi = await enable();
      await database.dataApis.remove(dataApi.projectId, dataApi);
      const count = async () => (await metadata.query('SELECT count(*) FROM tenant_changes')).rows[0].count;
      const before = await count();
      expect(await database.dataApis.activate(dataApi, report)).toBeUndefined();
      expect(await database.dataApis.recordError(dataApi, 'too late')).toBeUndefined();
      expect(await database.dataApis.remove(dataApi.projectId, dataApi)).toBeUndefined();
      expect(
        await database.dataApis.updateSettings(dataApi.projectId, dataApi, { settings: {}, provision: true }),
      ).toBeUndefined();
      expect(await count()).toBe(before);
    });

    test('waits for the one before, so that nothing becomes visible behind the back of a reader', async () => {
      const pool = new pg.Pool({ connectionString: metadata.url });
      const prisma = createPrisma(pool);
      const { sequence: start } = await database.tenants.changesSince(0, 1);
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      let begin = () => {};
      const begun = new Promise<void>((resolve) => (begin = resolve));
      const publish = (database_name: string, wait: Promise<void>) =>
        publishSnapshot(
          prisma,
          { endpointId: 'ep-a', database: database_name, removed: false },
          async (_tx, version) => {
            begin();
            await wait;
            return Number(version);
          },
        );
      const first = publish('slow', held);
      await begun;
      const second = publish('quick', Promise.resolve());
      await Promise.race([second, sleep(200)]);
      expect(await database.tenants.changesSince(start, 10)).toEqual({ kind: 'changes', changes: [], sequence: start });
      release();
      const versions = [await first, await second];
      expect(await database.tenants.changesSince(start, 10)).toMatchObject({
        changes: [
          { database: 'slow', version: versions[0] },
          { database: 'quick', version: versions[1] },
        ],
      });
      await prisma.$disconnect();
      await pool.end();
    });

    test('what was pruned is answered with a resync', async () => {
      const dataApi = await enable();
      await database.dataApis.activate(dataApi, report);
      const old = (await database.tenants.snapshot(addressOf(dataApi)))?.version ?? 0;
      await database.dataApis.activate(dataApi, report);
      await database.dataApis.activate(dataApi, report);
      const newest = (await database.tenants.snapshot(addressOf(dataApi)))?.version ?? 0;
      await database.tenants.pruneChanges(new Date(Date.now() + 1000));
      expect(await database.tenants.changesSince(old - 1, 10)).toEqual({ kind: 'resync', sequence: newest });
      expect(await database.tenants.changesSince(newest, 10)).toEqual({
        kind: 'changes',
        changes: [],
        sequence: newest,
      });
      expect(await database.tenants.changesSince(newest + 5, 10)).toEqual({ kind: 'resync', sequence: newest });
    });
  });
});
