/** Databases and roles on a real local server: the rows follow what PostgreSQL did, and a role leaves no way up. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createComputes, findFreePort } from '@perch/compute';
import { applyMigrations, createDatabase, type ContentChange, type Database } from '@perch/database';
import { silentObserver } from '@perch/observability';
import type { JobQueue } from '@perch/queue';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../../../tools/testing/test-database.js';
import { neverCrash, type CrashPoint } from '../crash-point.js';
import { OperationProcessor } from '../operation-processor.js';

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-contents-'));
const computes = createComputes({ home });
const queue: JobQueue = {
  enqueue: async () => undefined,
  consume: async () => ({ close: async () => undefined }),
  close: async () => undefined,
};
const suffix = randomUUID().slice(0, 8);
const branch = { projectId: 'calm-lake-12345678', branchId: `br-calm-lake-${suffix}` };
const endpointId = `ep-calm-lake-${suffix}`;
let metadata: TestDatabase;
let database: Database;
let port: number;

function work(id: string, crashAt: CrashPoint = neverCrash): Promise<void> {
  const processor = new OperationProcessor({
    database,
    queue,
    computes,
    observer: silentObserver,
    crashAt,
    loginGraceMs: 100,
  });
  return processor.process({ operation_id: id }, { number: 1, isLast: true, backoffMs: 1 });
}

async function change(change: ContentChange): Promise<void> {
  await work((await database.contents.change(branch, change)).id);
}

async function createRole(name: string): Promise<void> {
  const { operation } = await database.contents.createRole(branch, { name, password: 'first', isProtected: false });
  await work(operation.id);
}

async function as(role: string, password: string, name: string, sql: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: role, password, database: name });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  metadata = await createTestDatabase();
  await applyMigrations(metadata.url, fileURLToPath(new URL('../../../../../prisma/migrations', import.meta.url)));
  database = createDatabase({ url: metadata.url, masterKey: 'a master key of this spec' });
  port = await findFreePort();
  const created = await database.projects.create({
    id: branch.projectId,
    name: 'p',
    regionId: 'local',
    pgVersion: 18,
    compute: 'local',
    historyRetentionSeconds: 0,
    settings: {},
    defaultEndpointSettings: {},
    branch: {
      id: branch.branchId,
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
          port,
          isLocal: true,
          superuserPassword: 'private',
          suspendTimeoutSeconds: 0,
          currentState: 'init',
        },
      ],
      roles: [{ name: 'app_owner', password: 'owned', isProtected: false }],
      databases: [{ name: 'appdb', ownerName: 'app_owner' }],
      operations: [{ action: 'create_timeline', endpointId }],
    },
  });
  for (const { id } of created.operations) await work(id);
});
afterAll(async () => {
  const removal = { ...branch, endpointId, action: 'delete_timeline' } as const;
  for (const { id } of await database.projects.markDeleted(branch.projectId, [removal], 'cancel')) await work(id);
  await database.close();
  await metadata.drop();
  fs.rmSync(home, { recursive: true, force: true });
});

test('a role and its database are made, and its password is changed in both places', async () => {
  await createRole('Ann "A"');
  const made = await database.contents.createDatabase(branch, { name: 'ann data', ownerName: 'Ann "A"' });
  await work(made.operation.id);
  expect(await as('Ann "A"', 'first', 'ann data', 'select current_database()::text')).toEqual(['ann data']);
  await change({ kind: 'reset-password', name: 'Ann "A"' });
  const password = (await database.roles.password(branch.branchId, 'Ann "A"')) ?? '';
  expect(password).not.toBe('first');
  expect(await as('Ann "A"', password, 'ann data', 'select 1')).toEqual([1]);
  await expect(as('Ann "A"', 'first', 'ann data', 'select 1')).rejects.toThrow('password authentication failed');
});

test('a database is renamed under who uses it, given away and dropped', async () => {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'app_owner', password: 'owned', database: 'ann data' });
  client.on('error', () => undefined);
  await client.connect();
  await change({ kind: 'alter-database', name: 'ann data', new_name: 'trade', owner_name: 'app_owner' });
  expect(await database.databases.find(branch.branchId, 'trade')).toMatchObject({ ownerName: 'app_owner' });
  expect(
    await as('app_owner', 'owned', 'trade', 'select datdba::regrole::text from pg_database where datname = $$trade$$'),
  ).toEqual(['app_owner']);
  await change({ kind: 'drop-database', name: 'trade' });
  expect(await database.databases.find(branch.branchId, 'trade')).toBeUndefined();
  await expect(as('app_owner', 'owned', 'trade', 'select 1')).rejects.toThrow('does not exist');
});

test('what somebody made by hand is not taken over, and the row goes', async () => {
  await as('app_owner', 'owned', 'appdb', 'create role by_hand');
  const { operation } = await database.contents.createRole(branch, {
    name: 'by_hand',
    password: 'x',
    isProtected: false,
  });
  await expect(work(operation.id)).rejects.toThrow("has a role 'by_hand' already");
  expect(await database.roles.find(branch.branchId, 'by_hand')).toBeUndefined();
  expect(
    await as('app_owner', 'owned', 'appdb', 'select rolcanlogin from pg_roles where rolname = $$by_hand$$'),
  ).toEqual([false]);
});

test('a change that was cut short after it was made is completed by the next attempt', async () => {
  const { operation } = await database.contents.createDatabase(branch, { name: 'twice', ownerName: 'app_owner' });
  const dies: CrashPoint = (step) => {
    if (step === 'create-database') throw Object.assign(new RangeError('killed'), { code: 'ECONNRESET' });
  };
  const processor = new OperationProcessor({
    database,
    queue,
    computes,
    observer: silentObserver,
    crashAt: dies,
    loginGraceMs: 100,
  });
  await expect(
    processor.process({ operation_id: operation.id }, { number: 1, isLast: false, backoffMs: 1 }),
  ).rejects.toThrow('killed');
  await work(operation.id);
  expect((await database.operations.find(branch.projectId, operation.id))?.status).toBe('finished');
  expect(await as('app_owner', 'owned', 'twice', 'select 1')).toEqual([1]);
});

test('privilege escalation: what a dropped role leaves behind belongs to a user, never to the superuser', async () => {
  await createRole('mallory');
  await as('app_owner', 'owned', 'appdb', 'grant create on schema public to mallory');
  for (const name of ['appdb', 'postgres']) {
    await as('mallory', 'first', name, 'create schema if not exists trap').catch(() => undefined);
  }
  const trap = 'create function public.trap() returns text language sql security definer return current_user::text';
  await as('mallory', 'first', 'appdb', trap);
  await as('mallory', 'first', 'postgres', 'create database mine');
  await as('mallory', 'first', 'mine', trap);
  await change({ kind: 'drop-role', name: 'mallory' });
  expect(await database.roles.find(branch.branchId, 'mallory')).toBeUndefined();
  for (const name of ['appdb', 'mine']) {
    expect([name, await as('app_owner', 'owned', name, 'select public.trap()')]).toEqual([name, ['app_owner']]);
  }
  await expect(as('mallory', 'first', 'appdb', 'select 1')).rejects.toThrow();
});
