/** A worker's room for specs: real metadata, real computes below a home of its own, no queue, and kills at any step. */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createComputes, findFreePort, type Computes } from '@perch/compute';
import { applyMigrations, createDatabase, type Database, type NewBranch, type Operation } from '@perch/database';
import { silentObserver } from '@perch/observability';
import type { JobQueue } from '@perch/queue';
import pg from 'pg';
import { createTestDatabase } from '../../../tools/testing/test-database.js';
import { neverCrash, type CrashPoint } from '../src/operations/crash-point.js';
import { OperationProcessor } from '../src/operations/operation-processor.js';

export interface TestBranch {
  readonly projectId: string;
  readonly branchId: string;
  readonly endpointId: string;
  readonly operations: readonly Operation[];
}

export interface OperationHarness {
  readonly home: string;
  readonly database: Database;
  readonly computes: Computes;
  newProject(): Promise<TestBranch>;
  /** A branch of `parent`, its operations not run yet. */
  newBranch(parent: TestBranch): Promise<TestBranch>;
  enableDataApi(branch: TestBranch): Promise<Operation>;
  work(operations: readonly { readonly id: string }[]): Promise<void>;
  /** As kill -9 would: at that step the process stops for good, nothing of it is told to anybody. */
  killedAt(step: string, id: string): Promise<void>;
  /** Values of some statements, as the owner of `appdb`. */
  ask(branch: TestBranch, sql: string): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

const queue: JobQueue = {
  enqueue: async () => undefined,
  consume: async () => ({ close: async () => undefined }),
  close: async () => undefined,
};

export async function createOperationHarness(): Promise<OperationHarness> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-worker-'));
  const computes = createComputes({ home });
  const metadata = await createTestDatabase();
  await applyMigrations(metadata.url, fileURLToPath(new URL('../../../prisma/migrations', import.meta.url)));
  const database = createDatabase({ url: metadata.url, masterKey: 'a master key of this spec' });
  const projects: string[] = [];

  const processor = (crashAt: CrashPoint, through: Database = database) =>
    new OperationProcessor({
      database: through,
      queue,
      computes,
      observer: silentObserver,
      crashAt,
      loginGraceMs: 100,
    });
  const run = (with_: OperationProcessor, id: string) =>
    with_.process({ operation_id: id }, { number: 1, isLast: true, backoffMs: 500 });
  const work: OperationHarness['work'] = async (operations) => {
    for (const { id } of operations) await run(processor(neverCrash), id);
  };
  const newEndpoint = async (id: string): Promise<NewBranch['endpoints'][number]> => ({
    id,
    type: 'read_write',
    host: '127.0.0.1',
    port: await findFreePort(),
    isLocal: true,
    superuserPassword: `private ${id}`,
    suspendTimeoutSeconds: 0,
    currentState: 'init',
  });

  return {
    home,
    database,
    computes,
    work,
    async newProject() {
      const suffix = randomUUID().slice(0, 8);
      const [branchId, endpointId] = [`br-still-lake-${suffix}`, `ep-still-lake-${suffix}`];
      const projectId = `still-lake-${String(Math.random()).slice(2, 10)}`;
      projects.push(projectId);
      const { operations } = await database.projects.create({
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
          endpoints: [await newEndpoint(endpointId)],
          roles: [{ name: 'app_owner', password: 'owned', isProtected: false }],
          databases: [{ name: 'appdb', ownerName: 'app_owner' }],
          operations: [{ action: 'create_timeline', endpointId }],
        },
      });
      return { projectId, branchId, endpointId, operations };
    },
    async newBranch({ projectId, branchId: parentId }) {
      const suffix = randomUUID().slice(0, 8);
      const [branchId, endpointId] = [`br-still-lake-${suffix}`, `ep-still-lake-${suffix}`];
      const { operations } = await database.branches.create(
        {
          id: branchId,
          projectId,
          parentId,
          name: `child ${suffix}`,
          isDefault: false,
          isProtected: false,
          annotation: {},
          currentState: 'init',
          endpoints: [await newEndpoint(endpointId)],
          roles: [],
          databases: [],
          operations: [{ action: 'create_branch', endpointId, input: { source_branch_id: parentId } }],
        },
        { copy: true },
      );
      return { projectId, branchId, endpointId, operations };
    },
    async enableDataApi({ projectId, branchId, endpointId }) {
      const id = randomUUID();
      const { operation } = await database.dataApis.create({
        id,
        projectId,
        branchId,
        endpointId,
        databaseName: 'appdb',
        loginRole: `perch_api_${id.replaceAll('-', '')}`,
        loginPassword: 'login',
        settings: { db_max_rows: 7 },
        provider: 'external',
        providerName: null,
        jwksUrl: null,
        jwks: { keys: [{ kty: 'RSA', kid: 'one' }] },
        audience: 'app',
        audienceRequired: true,
        issuer: null,
        addDefaultGrants: true,
        addAnonymousGrants: true,
        skipAuthSchema: false,
      });
      return operation;
    },
    async killedAt(step, id) {
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
      const ended = run(processor(crashAt, dying), id);
      await Promise.race([dead, ended.then(() => Promise.reject(new Error(`it went past ${step}`)))]);
    },
    async ask({ projectId, endpointId }, sql) {
      const endpoint = await database.endpoints.find(projectId, endpointId);
      const client = new pg.Client({
        host: '127.0.0.1',
        port: endpoint?.port ?? 0,
        user: 'app_owner',
        password: 'owned',
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
    },
    async close() {
      for (const projectId of projects) {
        const endpoints = await database.endpoints.listAllOfProject(projectId);
        const operations = await database.projects.markDeleted(
          projectId,
          endpoints.map(({ id, branchId }) => ({ projectId, branchId, endpointId: id, action: 'delete_timeline' })),
          'cancel',
        );
        await work(operations);
      }
      await database.close();
      await metadata.drop();
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}
