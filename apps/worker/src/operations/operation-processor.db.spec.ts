import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createComputes, findFreePort } from '@perch/compute';
import { applyMigrations, createDatabase, type Database, type Operation } from '@perch/database';
import { silentObserver } from '@perch/observability';
import type { JobQueue } from '@perch/queue';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../../tools/testing/test-database.js';
import { neverCrash, type CrashPoint } from './crash-point.js';
import { OperationProcessor } from './operation-processor.js';

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-worker-'));
const computes = createComputes({ home });
const enqueued: string[] = [];
const queue: JobQueue = {
  enqueue: async (_job, key) => void enqueued.push(key),
  consume: async () => ({ close: async () => undefined }),
  close: async () => undefined,
};
let metadata: TestDatabase;
let database: Database;
let project: Branch;

interface Branch {
  readonly projectId: string;
  readonly branchId: string;
  readonly endpointId: string;
  readonly operations: readonly Operation[];
}

beforeAll(async () => {
  metadata = await createTestDatabase();
  await applyMigrations(metadata.url, fileURLToPath(new URL('../../../../prisma/migrations', import.meta.url)));
  database = createDatabase({ url: metadata.url, masterKey: 'a master key of this spec' });
  project = await newProject();
});
afterAll(async () => {
  await removeProject(project);
  await database.close();
  await metadata.drop();
  fs.rmSync(home, { recursive: true, force: true });
});

async function newProject(port?: number): Promise<Branch> {
  const suffix = randomUUID().slice(0, 8);
  const [branchId, endpointId] = [`br-still-lake-${suffix}`, `ep-still-lake-${suffix}`];
  const projectId = `still-lake-${String(Math.random()).slice(2, 10)}`;
  const created = await database.projects.create({
    id: projectId,
    name: 'p',
    regionId: 'local',
    pgVersion: 18,
    compute: 'local',
    historyRetentionSeconds: 0,
    settings: {},
    defaultEndpointSettings: {},
    branch: {
      id: branchId,
      name: 'main',
      isDefault: true,
      isProtected: false,
      annotation: {},
      currentState: 'init',
      endpoints: [
        {
          id: endpointId,
          type: 'read_write',
          host: '127.0.0.1',
          port: port ?? (await findFreePort()),
          isLocal: true,
          superuserPassword: 'private',
          suspendTimeoutSeconds: 0,
          currentState: 'init',
        },
      ],
      roles: [{ name: 'app_owner', password: 'owned', isProtected: false }],
      databases: [{ name: 'appdb', ownerName: 'app_owner' }],
      operations: [
        { action: 'create_timeline', endpointId },
        { action: 'start_compute', endpointId },
      ],
    },
  });
  return { projectId, branchId, endpointId, operations: created.operations };
}

async function removeProject(branch: Branch): Promise<void> {
  const { projectId, branchId, endpointId } = branch;
  const removal = { projectId, branchId, endpointId, action: 'delete_timeline' } as const;
  const operations = await database.projects.markDeleted(projectId, [removal], 'cancel');
  for (const { id } of operations) await work(id);
}

const enable = async (branch: Branch) => {
  const id = randomUUID();
  return database.dataApis.create({
    id,
    projectId: branch.projectId,
    branchId: branch.branchId,
    endpointId: branch.endpointId,
    databaseName: 'appdb',
    loginRole: `perch_login_${id.slice(0, 8)}`,
    loginPassword: 'login',
    settings: {},
    provider: null,
    providerName: null,
    jwksUrl: null,
    jwks: null,
    audience: null,
    audienceRequired: true,
    issuer: null,
    addDefaultGrants: true,
    addAnonymousGrants: true,
    skipAuthSchema: false,
  });
};

const disable = async (branch: Branch) => {
  const dataApi = await database.dataApis.find(branch.branchId, 'appdb');
  const operation = dataApi && (await database.dataApis.remove(branch.projectId, dataApi));
  if (operation !== undefined) await work(operation.id);
};

function work(id: string, { isLast = true, crashAt = neverCrash }: { isLast?: boolean; crashAt?: CrashPoint } = {}) {
  const processor = new OperationProcessor({
    database,
    queue,
    computes,
    observer: silentObserver,
    crashAt,
    loginGraceMs: 100,
  });
  return processor.process({ operation_id: id }, { number: 1, isLast, backoffMs: 500 });
}

async function ask(branch: Branch, role: string, password: string, sql: string): Promise<readonly unknown[]> {
  const endpoint = await database.endpoints.find(branch.projectId, branch.endpointId);
  const client = new pg.Client({
    host: '127.0.0.1',
    port: endpoint?.port ?? 0,
    user: role,
    password,
    database: 'appdb',
  });
  await client.connect();
  try {
    const rows: unknown[] = [];
    for (const text of sql.split(';')) rows.push(...(await client.query({ text, rowMode: 'array' })).rows.flat());
    return rows;
  } finally {
    await client.end();
  }
}

const outcome = async (branch: Branch, id: string) => {
  const operation = await database.operations.find(branch.projectId, id);
  return { status: operation?.status, steps: operation?.steps.map(({ name, status }) => `${name}: ${status}`) };
};

describe('the operations of a new project', () => {
  it('make its Postgres in order and leave branch and endpoint in use', async () => {
    const [create, start] = project.operations.map(({ id }) => id);
    await expect(work(start ?? '')).rejects.toMatchObject({ name: 'RunLater' });
    await work(create ?? '');
    expect(enqueued).toEqual([start]);
    await work(start ?? '');
    expect(await outcome(project, create ?? '')).toEqual({
      status: 'finished',
      steps: ['create-compute: finished', 'record-state: finished'],
    });
    expect((await database.branches.find(project.projectId, project.branchId))?.currentState).toBe('ready');
    expect((await database.endpoints.find(project.projectId, project.endpointId))?.currentState).toBe('active');
    expect(await ask(project, 'app_owner', 'owned', 'select current_user::text')).toEqual(['app_owner']);
    await expect(work(create ?? '')).resolves.toBeUndefined();
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
    const { dataApi, operation } = await enable(project);
    await work(operation.id);
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
    const { dataApi, operation } = await enable(project);
    await killedAt(step, operation.id);
    expect((await outcome(project, operation.id)).status).toBe('running');
    expect(await database.operations.runnable()).toEqual([operation.id]);
    await work(operation.id);
    expect(await outcome(project, operation.id)).toEqual({
      status: 'finished',
      steps: steps.map((name) => `${name}: finished`),
    });
    expect((await database.dataApis.findById(dataApi.id))?.status).toBe('active');
    expect(await ask(project, dataApi.loginRole, 'login', 'select 1')).toEqual([1]);
    const published = await metadata.query(
      'select count(*)::int as n from tenant_changes where not removed and sequence > $1',
      [dataApi.version],
    );
    // A kill right after publishing publishes the same again: that is seen by the version and harmless.
    expect(published.rows[0].n).toBe(step === 'publish-snapshot' ? 2 : 1);
  });

  it('wakes a compute that sleeps', async () => {
    await suspend(project);
    const { operation } = await enable(project);
    await work(operation.id);
    expect((await database.endpoints.find(project.projectId, project.endpointId))?.currentState).toBe('active');
  });

  it('says on the operation and on the data API what failed, and goes through once that is mended', async () => {
    await ask(project, 'perch_admin', 'private', 'drop schema auth cascade; alter database appdb owner to perch_admin');
    const { dataApi, operation } = await enable(project);
    await expect(work(operation.id)).rejects.toMatchObject({ name: 'UnrecoverableError' });
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
    await ask(project, 'perch_admin', 'private', 'alter database appdb owner to app_owner');
    const again = inError && (await database.dataApis.startOver(project.projectId, inError, inError));
    await work(again?.operation.id ?? '');
    expect(await database.dataApis.findById(dataApi.id)).toMatchObject({ status: 'active', lastError: null });
  });

  it('is tried again where that may help, and given up at the last attempt', async () => {
    await suspend(project);
    const port = (await database.endpoints.listOfProject(project.projectId))[0]?.port;
    const blocker = net.createServer().listen(port, '127.0.0.1');
    const { dataApi, operation } = await enable(project);
    await expect(work(operation.id, { isLast: false })).rejects.toMatchObject({ code: 'port-in-use' });
    expect(await database.operations.find(project.projectId, operation.id)).toMatchObject({
      status: 'scheduling',
      failuresCount: 1,
      retryAt: expect.any(Date),
    });
    await expect(work(operation.id)).rejects.toMatchObject({ name: 'UnrecoverableError' });
    expect((await database.dataApis.findById(dataApi.id))?.status).toBe('error');
    await new Promise((resolve) => blocker.close(resolve));
  });
});

describe('disabling a data API', () => {
  it('takes the login role away and lets a sleeping compute sleep on', async () => {
    const { dataApi, operation } = await enable(project);
    await work(operation.id);
    await suspend(project);
    await disable(project);
    expect((await database.endpoints.find(project.projectId, project.endpointId))?.currentState).toBe('idle');
    await wake(project);
    await expect(ask(project, dataApi.loginRole, 'login', 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });
});

describe('deleting a project', () => {
  it('takes compute and rows away; making it and taking it away can be killed on the way', async () => {
    const branch = await newProject();
    await killedAt('create-compute', branch.operations[0]?.id ?? '');
    for (const { id } of branch.operations) await work(id);
    const { projectId, branchId, endpointId } = branch;
    const [remove] = await database.projects.markDeleted(projectId, [
      { projectId, branchId, endpointId, action: 'delete_timeline' },
    ]);
    await killedAt('destroy-compute', remove?.id ?? '');
    await work(remove?.id ?? '');
    expect(await database.projects.findEvenDeleted(projectId)).toBeUndefined();
    expect(fs.existsSync(path.join(home, 'endpoints', endpointId))).toBe(false);
  });
});

async function suspend(branch: Branch): Promise<void> {
  const { projectId, branchId, endpointId } = branch;
  const { id } = await database.operations.create({ projectId, branchId, endpointId, action: 'suspend_compute' });
  await work(id);
}

async function wake(branch: Branch): Promise<void> {
  const { projectId, branchId, endpointId } = branch;
  const { id } = await database.operations.create({ projectId, branchId, endpointId, action: 'start_compute' });
  await work(id);
}

/** As kill -9 would: at that step the process stops for good, nothing of it is told to anybody and nothing is tidied up. */
async function killedAt(step: string, id: string): Promise<void> {
  let died = (): void => undefined;
  const dead = new Promise<void>((resolve) => (died = resolve));
  let alive = true;
  const dying = new Proxy(database, {
    get: (target, key: keyof Database) =>
      new Proxy(target[key], {
        get(repository, method) {
          const member: unknown = Reflect.get(repository, method);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]) => (alive ? member.apply(repository, args) : new Promise(() => undefined));
        },
      }),
  });
  const crashAt: CrashPoint = (name) => {
    if (name !== step) return;
    alive = false;
    died();
    throw new Error('killed');
  };
  const processor = new OperationProcessor({
    database: dying,
    queue,
    computes,
    observer: silentObserver,
    crashAt,
    loginGraceMs: 100,
  });
  const ended = processor.process({ operation_id: id }, { number: 1, isLast: true, backoffMs: 500 });
  await Promise.race([dead, ended.then(() => Promise.reject(new Error(`it went past ${step}`)))]);
}
