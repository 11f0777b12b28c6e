/** Branches whose time has come, with real computes. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyMigrations, createDatabase } from '@perch/database';
import { silentObserver, type Observation } from '@perch/observability';
import { createTestDatabase } from '../../../tools/testing/test-database.js';
import { createOperationHarness, type OperationHarness, type TestBranch } from '../test/operation-harness.js';
import { ExpiredBranches } from './expired-branches.js';

describe('a branch that expires', () => {
  let harness: OperationHarness;
  let parent: TestBranch;
  let enqueued: string[];
  let expired: ExpiredBranches;
  const soon = new Date(Date.now() + 3_600_000);
  const later = new Date(Date.now() + 7_200_000);

  const newBranch = async () => {
    const made = await harness.newBranch(parent);
    await harness.work(made.operations);
    return made;
  };
  const rowOf = async ({ branchId }: TestBranch) => {
    const row = await harness.database.branches.findEvenDeleted(branchId);
    if (row === undefined) throw new Error('the branch is gone');
    return row;
  };
  const expireAt = async (branch: TestBranch, expiresAt: Date) =>
    harness.database.branches.update(await rowOf(branch), { expiry: { expiresAt, ttlSeconds: 3_600 } });
  const isThere = ({ endpointId }: TestBranch) => fs.existsSync(path.join(harness.home, 'endpoints', endpointId));

  beforeAll(async () => {
    harness = await createOperationHarness();
    parent = await harness.newProject();
    await harness.work(parent.operations);
    enqueued = [];
    expired = new ExpiredBranches({
      database: harness.database,
      observer: silentObserver,
      enqueue: async (ids) => void enqueued.push(...ids),
    });
  }, 60_000);
  afterAll(() => harness.close());

  test('stays until then and is deleted by an operation that everybody sees', async () => {
    const branch = await newBranch();
    await expireAt(branch, soon);
    await expired.look();
    expect(enqueued).toEqual([]);
    expect((await rowOf(branch)).deletedAt).toBeNull();
    await expired.look(later);
    expect(enqueued).toHaveLength(1);
    await expired.look(later);
    expect(enqueued).toHaveLength(1);
    const [operation] = await harness.database.operations.list(parent.projectId, { limit: 1 });
    expect(operation).toMatchObject({ id: enqueued[0], action: 'delete_timeline', branchId: branch.branchId });
    await harness.work(enqueued.splice(0).map((id) => ({ id })));
    expect(await harness.database.branches.findEvenDeleted(branch.branchId)).toBeUndefined();
    expect([isThere(branch), isThere(parent)]).toEqual([false, true]);
  }, 60_000);

  test('that was given more time between look and deletion stays', async () => {
    const branch = await newBranch();
    await expireAt(branch, soon);
    const row = await rowOf(branch);
    await harness.database.branches.update(row, { expiry: null });
    expect(await harness.database.branchLifecycles.markDeleted(row, later)).toBeUndefined();
    expect((await rowOf(branch)).deletedAt).toBeNull();
  }, 60_000);

  test('while something else is done to it is deleted afterwards', async () => {
    const branch = await newBranch();
    await expireAt(branch, soon);
    const { projectId, branchId, endpointId } = branch;
    const busy = { projectId, branchId, endpointId, action: 'check_availability' } as const;
    const operation = await harness.database.operations.create(busy);
    await expired.look(later);
    expect(enqueued).toEqual([]);
    await harness.work([operation]);
    await expired.look(later);
    expect(enqueued).toHaveLength(1);
    await harness.work(enqueued.splice(0).map((id) => ({ id })));
    expect(isThere(branch)).toBe(false);
  }, 60_000);
});

test('a branch that cannot be deleted is tried and told of later each time, and keeps no other one waiting', async () => {
  const metadata = await createTestDatabase();
  await applyMigrations(metadata.url, fileURLToPath(new URL('../../../prisma/migrations', import.meta.url)));
  const database = createDatabase({ url: metadata.url, masterKey: 'a master key of this spec' });
  try {
    await metadata.query(`
      INSERT INTO projects (id, name, region_id, pg_version, compute) VALUES ('p', 'p', 'r', 18, 'attached');
      INSERT INTO branches (id, project_id, name, current_state, expires_at)
        SELECT name, 'p', name, 'ready', '2020-01-01' FROM unnest(ARRAY['stuck', 'free']) AS name;
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
      CREATE TRIGGER refuse BEFORE UPDATE ON branches FOR EACH ROW WHEN (OLD.id = 'stuck') EXECUTE FUNCTION refuse()`);
    let now = 0;
    const told: unknown[] = [];
    const note = (seen: Observation) => void (seen.kind === 'message' && told.push([now, seen.fields?.['retryInMs']]));
    const expired = new ExpiredBranches({ database, observer: { note }, enqueue: async () => {}, now: () => now });
    for (; now <= 200_000; now += 2_000) await expired.look();
    expect(told).toEqual([
      [0, 4_000],
      [4_000, 8_000],
      [12_000, 16_000],
      [28_000, 32_000],
      [60_000, 60_000],
      [120_000, 60_000],
      [180_000, 60_000],
    ]);
    const left = await metadata.query('SELECT id FROM branches WHERE deleted_at IS NULL');
    expect(left.rows).toEqual([{ id: 'stuck' }]);
    await metadata.query('DROP TRIGGER refuse ON branches');
    now = 240_000;
    await expired.look();
    expect((await metadata.query('SELECT id FROM branches WHERE deleted_at IS NULL')).rows).toEqual([]);
  } finally {
    await database.close();
    await metadata.drop();
  }
});
