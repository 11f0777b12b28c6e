/** Branches of a branch with real computes: copied, reset, deleted, and killed at every step of it. */
import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { createOperationHarness, type OperationHarness, type TestBranch } from '../../test/operation-harness.js';

/** Milliseconds: every case copies and starts a whole PostgreSQL or two. */
const SLOW_MS = 120_000;

let harness: OperationHarness;
let parent: TestBranch;

beforeAll(async () => {
  harness = await createOperationHarness();
  parent = await harness.newProject();
  await harness.work(parent.operations);
  await harness.work([(await harness.enableDataApi(parent)).operation]);
  await harness.ask(
    parent,
    'create table kept as select 7 as n; insert into kept values (8); create role made_by_hand',
  );
}, SLOW_MS);
afterAll(() => harness.close(), SLOW_MS);

const statusOf = async ({ projectId }: TestBranch, id: string) => {
  const operation = await harness.database.operations.find(projectId, id);
  return [operation?.status, ...(operation?.steps ?? []).map(({ name, status }) => `${name}: ${status}`)];
};
const branchState = async ({ projectId, branchId }: TestBranch) =>
  (await harness.database.branches.find(projectId, branchId))?.currentState;
const directories = () =>
  fs
    .readdirSync(path.join(harness.home, 'endpoints'))
    .flatMap((id) => fs.readdirSync(path.join(harness.home, 'endpoints', id)));

async function remove(branch: TestBranch) {
  const row = await harness.database.branches.find(branch.projectId, branch.branchId);
  return (row && (await harness.database.branchLifecycles.markDeleted(row))) ?? [];
}

async function reset(branch: TestBranch) {
  const row = await harness.database.branches.find(branch.projectId, branch.branchId);
  if (row === undefined) return [];
  const { endpointId } = branch;
  const input = { source_branch_id: parent.branchId };
  return (
    await harness.database.branchLifecycles.startReset(row, parent.branchId, {
      action: 'reset_branch',
      endpointId,
      input,
    })
  ).operations;
}

/** Whether the published connection of the branch's data API opens. */
async function apiRole(branch: TestBranch) {
  const snapshot = await harness.database.tenants.snapshot({ endpointId: branch.endpointId, database: 'appdb' });
  const client = new pg.Client({ connectionString: snapshot?.database_url ?? '' });
  await client.connect();
  await client.query('set role authenticated');
  const { rows } = await client.query('select session_user::text as login, (select count(*)::int from kept) as n');
  await client.end();
  return { ...rows[0], max: snapshot?.settings.db_max_rows, audience: snapshot?.jwt.audience };
}

describe('a branch of a branch', () => {
  test('has the data, roles and passwords of its parent, is isolated, and has a data API with a login of its own', async () => {
    const child = await harness.newBranch(parent);
    await harness.work(child.operations);
    expect(await harness.ask(child, 'select n from kept order by n')).toEqual([7, 8]);
    expect(await harness.ask(child, "select rolname from pg_roles where rolname = 'made_by_hand'")).toEqual([
      'made_by_hand',
    ]);
    await harness.ask(child, 'delete from kept where n = 8');
    expect(await harness.ask(parent, 'select n from kept order by n')).toEqual([7, 8]);
    const [of, ofParent] = [await apiRole(child), await apiRole(parent)];
    expect(of).toMatchObject({ n: 1, max: 7, audience: 'app' });
    expect(of.login).not.toBe(ofParent.login);
    const logins = "select rolname from pg_roles where rolname like 'perch_api%'";
    expect(await harness.ask(child, logins)).toEqual([of.login]);
    expect(await harness.ask(parent, logins)).toEqual([ofParent.login]);
    await harness.work(await remove(child));
  });

  test('of a parent that sleeps wakes it', async () => {
    const { projectId, branchId, endpointId } = parent;
    const operation = { projectId, branchId, endpointId, action: 'suspend_compute' } as const;
    await harness.work([await harness.database.operations.create(operation)]);
    const child = await harness.newBranch(parent);
    await harness.work(child.operations);
    expect((await harness.database.endpoints.find(projectId, endpointId))?.currentState).toBe('active');
    expect(await harness.ask(child, 'select count(*)::int from kept')).toEqual([2]);
    await harness.work(await remove(child));
  });

  test.each(['start-source', 'copy-data', 'drop-inherited-logins', 'record-state'])(
    'is whole after a kill at the step %s',
    async (step) => {
      const child = await harness.newBranch(parent);
      const [create] = child.operations;
      await harness.killedAt(step, create?.id ?? '');
      expect((await statusOf(child, create?.id ?? ''))[0]).toBe('running');
      await harness.work(child.operations);
      expect(await statusOf(child, create?.id ?? '')).toEqual([
        'finished',
        'start-source: finished',
        'copy-data: finished',
        'drop-inherited-logins: finished',
        'record-state: finished',
      ]);
      expect(await branchState(child)).toBe('ready');
      expect((await apiRole(child)).n).toBe(2);
      await harness.work(await remove(child));
    },
    SLOW_MS,
  );

  test('leaves nothing but its operation when it cannot be made', async () => {
    const child = await harness.newBranch(parent);
    const blocked = path.join(harness.home, 'endpoints', child.endpointId);
    fs.mkdirSync(blocked, { recursive: true });
    // Where the copy would go there is something that no directory can replace.
    fs.writeFileSync(path.join(blocked, 'data'), '');
    await expect(harness.work(child.operations.slice(0, 1))).rejects.toMatchObject({ name: 'UnrecoverableError' });
    expect((await statusOf(child, child.operations[0]?.id ?? ''))[0]).toBe('failed');
    expect((await statusOf(child, child.operations[1]?.id ?? ''))[0]).toBe('cancelled');
    expect(await branchState(child)).toBeUndefined();
    expect(
      await harness.database.tenants.snapshot({ endpointId: child.endpointId, database: 'appdb' }),
    ).toBeUndefined();
    expect(fs.existsSync(blocked)).toBe(false);
  });
});

describe('a reset', () => {
  let child: TestBranch;
  beforeAll(async () => {
    child = await harness.newBranch(parent);
    await harness.work(child.operations);
  }, SLOW_MS);
  afterAll(async () => harness.work(await remove(child)));

  test.each(['none', 'start-source', 'copy-data', 'drop-inherited-logins', 'record-state'])(
    'has the data of the parent again, after a kill at the step %s too',
    async (step) => {
      const before = await apiRole(child);
      await harness.ask(child, 'drop table kept; create table other as select 1 as n');
      const operations = await reset(child);
      expect(await branchState(child)).toBe('resetting');
      if (step !== 'none') await harness.killedAt(step, operations[0]?.id ?? '');
      await harness.work(operations);
      expect(await branchState(child)).toBe('ready');
      expect(await harness.ask(child, 'select n from kept order by n')).toEqual([7, 8]);
      expect(await harness.ask(child, "select to_regclass('other')::text")).toEqual([null]);
      expect(await apiRole(child)).toEqual({ ...before, n: 2 });
    },
    SLOW_MS,
  );
});

describe('deleting a branch', () => {
  test.each(['destroy-compute', 'forget-branch'])(
    'takes data, rows and data API away, after a kill at the step %s too',
    async (step) => {
      const child = await harness.newBranch(parent);
      await harness.work(child.operations);
      const operations = await remove(child);
      expect(await branchState(child)).toBeUndefined();
      await harness.killedAt(step, operations[0]?.id ?? '');
      await harness.work(operations);
      expect(await statusOf(child, operations[0]?.id ?? '')).toEqual([
        'finished',
        'destroy-compute: finished',
        'forget-branch: finished',
      ]);
      expect(await harness.database.branches.findEvenDeleted(child.branchId)).toBeUndefined();
      expect(fs.readdirSync(path.join(harness.home, 'endpoints'))).toEqual([parent.endpointId]);
      expect(directories()).toEqual(['data']);
    },
    SLOW_MS,
  );
});
