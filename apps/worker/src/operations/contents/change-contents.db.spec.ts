/** Databases and roles on a real local server: the rows follow what PostgreSQL did, and a role leaves no way up. */
import type { ContentChange, Database } from '@perch/database';
import pg from 'pg';
import { createOperationHarness, type OperationHarness, type TestBranch } from '../../../test/operation-harness.js';
import type { CrashPoint } from '../crash-point.js';

let harness: OperationHarness;
let database: Database;
let branch: TestBranch;

beforeAll(async () => {
  harness = await createOperationHarness();
  database = harness.database;
  branch = await harness.newProject();
  await harness.work(branch.operations);
});
afterAll(() => harness.close());

async function change(change: ContentChange): Promise<void> {
  await harness.work([await database.contents.change(branch, change)]);
}

async function createRole(name: string): Promise<void> {
  const { operation } = await database.contents.createRole(branch, { name, password: 'first', isProtected: false });
  await harness.work([operation]);
}

const as = (role: string, password: string, name: string, sql: string) =>
  harness.ask(branch, sql, { role, password, database: name });

test('a role and its database are made, and its password is changed in both places', async () => {
  await createRole('Ann "A"');
  const made = await database.contents.createDatabase(branch, { name: 'ann data', ownerName: 'Ann "A"' });
  await harness.attempt(made.operation.id);
  expect(await as('Ann "A"', 'first', 'ann data', 'select current_database()::text')).toEqual(['ann data']);
  await change({ kind: 'reset-password', name: 'Ann "A"' });
  const password = (await database.roles.password(branch.branchId, 'Ann "A"')) ?? '';
  expect(password).not.toBe('first');
  expect(await as('Ann "A"', password, 'ann data', 'select 1')).toEqual([1]);
  await expect(as('Ann "A"', 'first', 'ann data', 'select 1')).rejects.toThrow('password authentication failed');
});

test('a database is renamed under who uses it, given away and dropped', async () => {
  const port = (await database.endpoints.find(branch.projectId, branch.endpointId))?.port ?? 0;
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
  await expect(harness.attempt(operation.id)).rejects.toThrow("has a role 'by_hand' already");
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
  await expect(harness.attempt(operation.id, { isLast: false, crashAt: dies })).rejects.toThrow('killed');
  await harness.attempt(operation.id);
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
