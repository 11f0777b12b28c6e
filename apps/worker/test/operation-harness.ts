/** A worker's room for specs: real metadata, real computes below a home of its own, no queue, and kills at any step. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createComputes, type Computes } from '@perch/compute';
import { applyMigrations, createDatabase, type DataApi, type Database, type Operation } from '@perch/database';
import { silentObserver } from '@perch/observability';
import type { JobQueue } from '@perch/queue';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { neverCrash, type CrashPoint } from '../src/operations/crash-point.js';
import { OperationProcessor } from '../src/operations/operation-processor.js';
import { killedAt } from './killed-process.js';
import { newBranch, newDataApi, newProject, type TestBranch } from './test-branches.js';

export type { TestBranch } from './test-branches.js';

/** Of `app_owner` to `appdb`, where nothing else is said. */
export interface Login {
  readonly role?: string;
  readonly password?: string;
  readonly database?: string;
}

export interface Attempt {
  /** Default true. */
  readonly isLast?: boolean;
  readonly crashAt?: CrashPoint;
}

export interface OperationHarness {
  readonly home: string;
  readonly metadata: TestDatabase;
  readonly database: Database;
  readonly computes: Computes;
  /** Keys of what was put into the queue: nobody takes it from there. */
  readonly enqueued: readonly string[];
  /** Its operations not run yet. */
  newProject(): Promise<TestBranch>;
  /** A branch of `parent`, its operations not run yet. */
  newBranch(parent: TestBranch): Promise<TestBranch>;
  /** Of `appdb`, its operation not run yet. */
  enableDataApi(branch: TestBranch): Promise<{ readonly dataApi: DataApi; readonly operation: Operation }>;
  work(operations: readonly { readonly id: string }[]): Promise<void>;
  /** One attempt at one operation. @throws what the queue would see */
  attempt(id: string, attempt?: Attempt): Promise<void>;
  /** As kill -9 would: at that step the process stops for good, nothing of it is told to anybody. */
  killedAt(step: string, id: string): Promise<void>;
  /** Values of some statements. */
  ask(branch: TestBranch, sql: string, login?: Login): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

export async function createOperationHarness(): Promise<OperationHarness> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-worker-'));
  const computes = createComputes({ home });
  const metadata = await createTestDatabase();
  await applyMigrations(metadata.url, fileURLToPath(new URL('../../../prisma/migrations', import.meta.url)));
  const database = createDatabase({ url: metadata.url, masterKey: 'a master key of this spec' });
  const projects: string[] = [];
  const enqueued: string[] = [];
  const queue: JobQueue = {
    enqueue: async (_job, key) => void enqueued.push(key),
    consume: async () => ({ close: async () => undefined }),
    close: async () => undefined,
  };

  const run = (id: string, { isLast = true, crashAt = neverCrash }: Attempt, through: Database): Promise<void> => {
    const with_ = { database: through, queue, computes, observer: silentObserver, crashAt, loginGraceMs: 100 };
    return new OperationProcessor(with_).process({ operation_id: id }, { number: 1, isLast, backoffMs: 500 });
  };
  /** What a spec has removed by itself is left alone. */
  const removeProject = async (projectId: string): Promise<void> => {
    if ((await database.projects.findEvenDeleted(projectId)) === undefined) return;
    const endpoints = await database.endpoints.listAllOfProject(projectId);
    const action = 'delete_timeline' as const;
    const removals = endpoints.map(({ id, branchId }) => ({ projectId, branchId, endpointId: id, action }));
    await harness.work(await database.projects.markDeleted(projectId, removals, 'cancel'));
  };
  const harness: OperationHarness = {
    home,
    metadata,
    database,
    computes,
    enqueued,
    async newProject() {
      const made = await newProject(database);
      projects.push(made.projectId);
      return made;
    },
    newBranch: (parent) => newBranch(database, parent),
    enableDataApi: (branch) => database.dataApis.create(newDataApi(branch)),
    async work(operations) {
      for (const { id } of operations) await harness.attempt(id);
    },
    attempt: (id, attempt = {}) => run(id, attempt, database),
    async killedAt(step, id) {
      const killed = killedAt(step, database);
      const ended = run(id, { crashAt: killed.crashAt }, killed.database);
      await Promise.race([killed.dead, ended.then(() => Promise.reject(new Error(`it went past ${step}`)))]);
    },
    async ask({ projectId, endpointId }, sql, login = {}) {
      const { role = 'app_owner', password = 'owned', database: name = 'appdb' } = login;
      const endpoint = await database.endpoints.find(projectId, endpointId);
      const port = endpoint?.port ?? 0;
      const client = new pg.Client({ host: '127.0.0.1', port, user: role, password, database: name });
      client.on('error', () => undefined);
      await client.connect();
      try {
        const rows: unknown[] = [];
        for (const text of sql.split(';')) rows.push(...(await client.query({ text, rowMode: 'array' })).rows.flat());
        return rows;
      } finally {
        await client.end();
      }
    },
    async close() {
      for (const projectId of projects) await removeProject(projectId);
      await database.close();
      await metadata.drop();
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
  return harness;
}
