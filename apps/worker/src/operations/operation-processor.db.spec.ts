/** Projects and data APIs through the worker's steps: done once, whatever was killed on the way, and failures told where they are looked for. */
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import type { Database } from '@perch/database';
import pg from 'pg';
import { createOperationHarness, type OperationHarness, type TestBranch } from '../../test/operation-harness.js';

let harness: OperationHarness;
let database: Database;
let project: TestBranch;

beforeAll(async () => {
  harness = await createOperationHarness();
  database = harness.database;
  project = await harness.newProject();
});
afterAll(() => harness.close());

const outcome = async (branch: TestBranch, id: string) => {
  const operation = await database.operations.find(branch.projectId, id);
  return { status: operation?.status, steps: operation?.steps.map(({ name, status }) => `${name}: ${status}`) };
};
const stateOf = async (branch: TestBranch) =>
  (await database.endpoints.find(branch.projectId, branch.endpointId))?.currentState;

/** @param action of the endpoint */
const compute = async (action: 'suspend_compute' | 'start_compute') => {
  const { projectId, branchId, endpointId } = project;
  await harness.work([await database.operations.create({ projectId, branchId, endpointId, action })]);
};

const disable = async (branch: TestBranch) => {
  const dataApi = await database.dataApis.find(branch.branchId, 'appdb');
  const operation = dataApi && (await database.dataApis.remove(branch.projectId, dataApi));
  if (operation !== undefined) await harness.work([operation]);
};

describe('the operations of a new project', () => {
  it('make its Postgres in order and leave branch and endpoint in use', async () => {
    const [create, start] = project.operations.map(({ id }) => id);
    await expect(harness.attempt(start ?? '')).rejects.toMatchObject({ name: 'RunLater' });
    await harness.attempt(create ?? '');
    expect(harness.enqueued).toEqual([start]);
    await harness.attempt(start ?? '');
    expect(await outcome(project, create ?? '')).toEqual({
      status: 'finished',
      steps: ['create-compute: finished', 'record-state: finished'],
    });
    expect((await database.branches.find(project.projectId, project.branchId))?.currentState).toBe('ready');
    expect(await stateOf(project)).toBe('active');
    expect(await harness.ask(project, 'select current_user::text')).toEqual(['app_owner']);
    await expect(harness.attempt(create ?? '')).resolves.toBeUndefined();
  });
});

describe('enabling a data API', () => {
  const steps = [
    'start-compute',
    'create-group-roles',
    'create-login-role',
    'create-auth-schema',
    'grant-access',
    'install-schema-version',
    'report-exposure',
    'publish-snapshot',
  ];
  afterEach(() => disable(project));

  it('publishes a snapshot whose connection works', async () => {
    const { dataApi, operation } = await harness.enableDataApi(project);
    await harness.attempt(operation.id);
    expect(await outcome(project, operation.id)).toEqual({
      status: 'finished',
      steps: steps.map((step) => `${step}: finished`),
    });
    const snapshot = await database.tenants.snapshot({ endpointId: project.endpointId, database: 'appdb' });
    expect(snapshot?.status).toBe('active');
    const client = new pg.Client({ connectionString: snapshot?.database_url ?? '' });
    await client.connect();
    await client.query('set role authenticated');
    expect((await client.query('select current_user as who')).rows).toEqual([{ who: 'authenticated' }]);
    await client.end();
    const active = await database.dataApis.findById(dataApi.id);
    expect(active?.report).toMatchObject({ available_schemas: ['auth', 'public'], schema_version: 'event-trigger' });
  });

  it.each(steps)('completes, once, after a kill at the step %s', async (step) => {
    const { dataApi, operation } = await harness.enableDataApi(project);
    await harness.killedAt(step, operation.id);
    expect((await outcome(project, operation.id)).status).toBe('running');
    expect(await database.operations.runnable()).toEqual([operation.id]);
    await harness.attempt(operation.id);
    expect(await outcome(project, operation.id)).toEqual({
      status: 'finished',
      steps: steps.map((name) => `${name}: finished`),
    });
    expect((await database.dataApis.findById(dataApi.id))?.status).toBe('active');
    expect(await harness.ask(project, 'select 1', { role: dataApi.loginRole, password: 'login' })).toEqual([1]);
    const published = await harness.metadata.query(
      'select count(*)::int as n from tenant_changes where not removed and sequence > $1',
      [dataApi.version],
    );
    // A kill right after publishing publishes the same again: that is seen by the version and harmless.
    expect(published.rows[0].n).toBe(step === 'publish-snapshot' ? 2 : 1);
  });

  it('wakes a compute that sleeps', async () => {
    await compute('suspend_compute');
    const { operation } = await harness.enableDataApi(project);
    await harness.attempt(operation.id);
    expect(await stateOf(project)).toBe('active');
  });

  it('says on the operation and on the data API what failed, and goes through once that is mended', async () => {
    const admin = { role: 'perch_admin', password: `private ${project.endpointId}` };
    await harness.ask(project, 'drop schema auth cascade; alter database appdb owner to perch_admin', admin);
    const { dataApi, operation } = await harness.enableDataApi(project);
    await expect(harness.attempt(operation.id)).rejects.toMatchObject({ name: 'UnrecoverableError' });
    const failed = await database.operations.find(project.projectId, operation.id);
    expect(failed).toMatchObject({
      status: 'failed',
      failuresCount: 1,
      error: expect.stringContaining('permission denied'),
    });
    expect(failed?.steps.at(-1)).toMatchObject({
      name: 'create-auth-schema',
      status: 'failed',
      statement: 'CREATE SCHEMA auth',
      error: expect.stringContaining('GRANT CREATE ON DATABASE'),
    });
    const inError = await database.dataApis.findById(dataApi.id);
    expect(inError).toMatchObject({ status: 'error', lastError: failed?.error });
    await harness.ask(project, 'alter database appdb owner to app_owner', admin);
    const again = inError && (await database.dataApis.startOver(project.projectId, inError, inError));
    await harness.attempt(again?.operation.id ?? '');
    expect(await database.dataApis.findById(dataApi.id)).toMatchObject({ status: 'active', lastError: null });
  });

  it('is tried again where that may help, and given up at the last attempt', async () => {
    await compute('suspend_compute');
    const port = (await database.endpoints.listOfProject(project.projectId))[0]?.port;
    const blocker = net.createServer().listen(port, '127.0.0.1');
    const { dataApi, operation } = await harness.enableDataApi(project);
    await expect(harness.attempt(operation.id, { isLast: false })).rejects.toMatchObject({ code: 'port-in-use' });
    expect(await database.operations.find(project.projectId, operation.id)).toMatchObject({
      status: 'scheduling',
      failuresCount: 1,
      retryAt: expect.any(Date),
    });
    await expect(harness.attempt(operation.id)).rejects.toMatchObject({ name: 'UnrecoverableError' });
    expect((await database.dataApis.findById(dataApi.id))?.status).toBe('error');
    await new Promise((resolve) => blocker.close(resolve));
  });
});

describe('disabling a data API', () => {
  it('takes the login role away and lets a sleeping compute sleep on', async () => {
    const { dataApi, operation } = await harness.enableDataApi(project);
    await harness.attempt(operation.id);
    await compute('suspend_compute');
    await disable(project);
    expect(await stateOf(project)).toBe('idle');
    await compute('start_compute');
    await expect(
      harness.ask(project, 'select 1', { role: dataApi.loginRole, password: 'login' }),
    ).rejects.toMatchObject({ code: '28P01' });
  });
});

describe('deleting a project', () => {
  it('takes compute and rows away; making it and taking it away can be killed on the way', async () => {
    const branch = await harness.newProject();
    await harness.killedAt('create-compute', branch.operations[0]?.id ?? '');
    for (const { id } of branch.operations) await harness.attempt(id);
    const { projectId, branchId, endpointId } = branch;
    const [remove] = await database.projects.markDeleted(projectId, [
      { projectId, branchId, endpointId, action: 'delete_timeline' },
    ]);
    await harness.killedAt('destroy-compute', remove?.id ?? '');
    await harness.attempt(remove?.id ?? '');
    expect(await database.projects.findEvenDeleted(projectId)).toBeUndefined();
    expect(fs.existsSync(path.join(harness.home, 'endpoints', endpointId))).toBe(false);
  });
});
