/** A control plane on a database of its own for specs: real PostgreSQL, real queue, real HTTP, and a worker that pretends. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createDatabase,
  dataApiReportSchema,
  type ContentChange,
  type Database,
  type Operation,
} from '@perch/database';
import { createJobQueue, runOperationJob, RunLater, type JobQueue } from '@perch/queue';
import { createTestDatabase } from '../../../tools/testing/test-database.js';
import { loadControlPlaneConfig } from '../src/config.js';
import { startControlPlane, type RunningControlPlane } from '../src/start-control-plane.js';

export const TEST_API_KEY = 'perch_spec-key-of-this-run-only';
export const TEST_FLEET_TOKEN = 'fleet-token-of-the-specs';

// Bodies are what a spec expects them to be; a wrong expectation fails the assertion on it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestControlPlane {
  readonly url: string;
  /** With what the worker and the fleet see. */
  readonly database: Database;
  readonly databaseUrl: string;
  readonly queue: JobQueue;
  /** SQL on the metadata database. */
  query(sql: string): Promise<{ readonly rows: Json[] }>;
  /** As the holder of the bootstrap key. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** A worker that does nothing and tells the rows that it was done. */
  startWorker(work?: (operation: Operation) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** Ports that no other spec file takes at the same moment: each file gets a block by its worker and the clock. */
let nextBase = 20_000 + (process.pid % 200) * 50;

export async function startTestControlPlane(env: Readonly<Record<string, string>> = {}): Promise<TestControlPlane> {
  const testDatabase = await createTestDatabase();
  nextBase += 10;
  const config = loadControlPlaneConfig({
    DATABASE_URL: testDatabase.url,
    PERCH_MASTER_KEY: 'master key of the specs',
    PERCH_FLEET_TOKEN: TEST_FLEET_TOKEN,
    PERCH_BOOTSTRAP_API_KEY: TEST_API_KEY,
    PERCH_JWKS_ALLOW_LOOPBACK: 'true',
    PERCH_LOG_LEVEL: 'silent',
    PERCH_PORT_BASE: String(nextBase),
    ...env,
  });
  const running: RunningControlPlane = await startControlPlane({ ...config, port: 0, adminPort: 0 });
  const database = createDatabase({ url: testDatabase.url, masterKey: 'master key of the specs' });
  const queue = createJobQueue({ databaseUrl: testDatabase.url });
  return {
    url: running.url,
    database,
    databaseUrl: testDatabase.url,
    queue,
    query: (sql) => testDatabase.query(sql),
    async call(method, path, { body, headers } = {}) {
      const response = await fetch(running.url + path, {
        method,
        headers: {
          authorization: `Bearer ${TEST_API_KEY}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
    },
    async startWorker(work = () => Promise.resolve()) {
      await queue.consume(
        runOperationJob,
        async ({ operation_id }) => {
          const claim = await database.operations.claim(operation_id);
          if (claim.kind === 'blocked') throw new RunLater(20);
          if (claim.kind === 'claimed') await pretend(database, claim.operation, work);
        },
        { concurrency: 4, onError: () => undefined },
      );
    },
    async stop() {
      await queue.close();
      await database.close();
      await running.stop();
      await testDatabase.drop();
    },
  };
}

async function pretend(
  database: Database,
  operation: Operation,
  work: (operation: Operation) => Promise<void>,
): Promise<void> {
  const { id, branchId, endpointId, dataApiId } = operation;
  try {
    await work(operation);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const dataApi = dataApiId === null ? undefined : await database.dataApis.findById(dataApiId);
    if (dataApi !== undefined) await database.dataApis.recordError(dataApi, message);
    if (branchId !== null && operation.input.change !== undefined) {
      await giveUpChange(database, branchId, operation.input.change);
    }
    await database.operations.fail(id, { error: message, cancelFollowers: false });
    return;
  }
  switch (operation.action) {
    case 'create_timeline':
    case 'create_branch':
      if (branchId !== null) await database.branchLifecycles.setState(branchId, 'ready');
      break;
    case 'suspend_compute':
      if (endpointId !== null) await database.endpoints.setState(endpointId, 'idle');
      break;
    case 'reset_branch':
      if (branchId !== null)
        await database.branchLifecycles.finishReset(branchId, operation.input.source_branch_id ?? '');
      break;
    case 'delete_timeline':
      if (branchId !== null) await database.branchLifecycles.forgetDeleted(branchId);
      break;
    case 'start_compute':
      if (endpointId !== null) await database.endpoints.setState(endpointId, 'active');
      break;
    case 'provision_data_api': {
      const dataApi = dataApiId === null ? undefined : await database.dataApis.findById(dataApiId);
      if (dataApi !== undefined) await database.dataApis.activate(dataApi, dataApiReportSchema.parse({}));
      break;
    }
    case 'rotate_login': {
      const dataApi = dataApiId === null ? undefined : await database.dataApis.findById(dataApiId);
      const role = operation.input.new_login_role ?? '';
      if (dataApi !== undefined) await database.dataApiLogins.replace(dataApi, { role, password: `of ${role}` });
      break;
    }
    case 'apply_config':
      if (branchId !== null && operation.input.change !== undefined) {
        await recordChange(database, branchId, operation.input.change);
      }
      break;
    default:
      break;
  }
  await database.operations.finish(id);
}

async function recordChange({ contents }: Database, branchId: string, change: ContentChange): Promise<void> {
  if (change.kind === 'alter-database') {
    await contents.recordDatabase(branchId, change.name, { name: change.new_name, ownerName: change.owner_name });
  }
  if (change.kind === 'drop-database') await contents.forgetDatabase(branchId, change.name);
  if (change.kind === 'drop-role') await contents.forgetRole(branchId, change.name);
  if (change.kind === 'reset-password') await contents.recordPassword(branchId, change.name, `new ${Math.random()}`);
}

async function giveUpChange({ contents }: Database, branchId: string, change: ContentChange): Promise<void> {
  if (change.kind === 'create-database') await contents.forgetDatabase(branchId, change.name);
  if (change.kind === 'create-role') await contents.forgetRole(branchId, change.name);
}

export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 5_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not happen in time');
    await sleep(20);
  }
}
