/** Computes that nobody uses go to sleep, and those in use do not; the clock is ours. */
import { setTimeout as sleep } from 'node:timers/promises';
import { silentObserver } from '@perch/observability';
import pg from 'pg';
import { createOperationHarness, type OperationHarness, type TestBranch } from '../test/operation-harness.js';
import { IdleComputes } from './idle-computes.js';

const SLOW_MS = 120_000;
let harness: OperationHarness;
let branch: TestBranch;
let now = 1_000_000;
const asked: string[] = [];
let idle: IdleComputes;

beforeAll(async () => {
  harness = await createOperationHarness();
  branch = await harness.newProject();
  await harness.work(branch.operations);
  await harness.work([(await harness.enableDataApi(branch)).operation]);
}, SLOW_MS);
beforeEach(async () => {
  asked.length = 0;
  await harness.database.endpoints.update({ ...branch, id: branch.endpointId }, { suspendTimeoutSeconds: 60 });
  const { database, computes } = harness;
  const enqueue = async (ids: readonly string[]) => void asked.push(...ids);
  idle = new IdleComputes({ database, computes, observer: silentObserver, enqueue, now: () => now });
  await idle.look();
});
afterAll(() => harness.close(), SLOW_MS);

const lookAfter = async (seconds: number) => {
  now += seconds * 1000;
  await idle.look();
  return asked.length;
};
const open = async (url: string | undefined) => {
  const client = new pg.Client({ connectionString: url ?? '' });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('select 1');
  return client;
};
const ownerUrl = async () => {
  const endpoint = await harness.database.endpoints.find(branch.projectId, branch.endpointId);
  return `postgresql://app_owner:owned@127.0.0.1:${endpoint?.port}/appdb`;
};
const stateOf = async () => (await harness.database.endpoints.find(branch.projectId, branch.endpointId))?.currentState;
const work = () => harness.work(asked.splice(0).map((id) => ({ id })));
const wake = async () => {
  const endpoint = await harness.database.endpoints.find(branch.projectId, branch.endpointId);
  if (endpoint !== undefined) await harness.work([await harness.database.endpoints.wake(endpoint)]);
};

test('an open connection keeps it awake, and so does one that came and went', async () => {
  const client = await open(await ownerUrl());
  expect(await lookAfter(61)).toBe(0);
  await client.end();
  // Statistics of a session are written as it ends.
  await sleep(300);
  expect(await lookAfter(61)).toBe(0);
});

test('one that may never sleep does not', async () => {
  await harness.database.endpoints.update({ ...branch, id: branch.endpointId }, { suspendTimeoutSeconds: -1 });
  expect(await lookAfter(1_000_000)).toBe(0);
});

test('it sleeps after its timeout, without a process, and is woken by one start', async () => {
  expect(await lookAfter(59)).toBe(0);
  expect(await lookAfter(2)).toBe(1);
  expect(await lookAfter(61)).toBe(1);
  await work();
  expect(await stateOf()).toBe('idle');
  await expect(open(await ownerUrl())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await wake();
  expect(await stateOf()).toBe('active');
  await (await open(await ownerUrl())).end();
});

test("a data API's kept connection does not hold it awake, but one used in the last moment stops the suspension", async () => {
  const snapshot = await harness.database.tenants.snapshot({ endpointId: branch.endpointId, database: 'appdb' });
  const kept = await open(snapshot?.database_url ?? '');
  await harness.database.endpoints.update({ ...branch, id: branch.endpointId }, { suspendTimeoutSeconds: 1 });
  // What PostgreSQL says of its connections goes by the real clock.
  await sleep(1_300);
  await lookAfter(61);
  expect(await lookAfter(2)).toBe(1);
  await kept.query('select 1');
  const [id] = asked;
  await work();
  const operation = await harness.database.operations.find(branch.projectId, id ?? '');
  expect(operation).toMatchObject({ status: 'finished', steps: [{ name: 'check-idle', status: 'skipped' }] });
  const endpoint = await harness.database.endpoints.find(branch.projectId, branch.endpointId);
  expect([endpoint?.currentState, endpoint?.pendingState]).toEqual(['active', null]);
  await kept.end();
});
