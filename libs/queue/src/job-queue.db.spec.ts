/** One contract, both backends: PostgreSQL always, Redis when REDIS_URL is set or redis-server is on the PATH. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { runOperationJobSchema } from '@perch/contract';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { hasRedis as hasRedisServer, startTestRedis } from '../../../tools/testing/test-redis.js';
import { defineJob } from './define-job.js';
import { createJobQueue, type JobQueue } from './job-queue.js';
import { runOperationJob } from './jobs/run-operation.job.js';
import { RunLater, UnrecoverableError } from './queue-error.js';
import type { QueueLocation } from './backend.js';

interface TestBackend {
  readonly location: QueueLocation;
  stop(): Promise<void>;
}

async function startPostgresBackend(): Promise<TestBackend> {
  const database: TestDatabase = await createTestDatabase();
  return { location: { databaseUrl: database.url }, stop: () => database.drop() };
}

async function startRedisBackend(): Promise<TestBackend> {
  const given = process.env['REDIS_URL'];
  const databaseUrl = 'postgresql://unused.invalid/none';
  if (given !== undefined) return { location: { databaseUrl, redisUrl: given }, stop: () => Promise.resolve() };
  const redis = await startTestRedis();
  return { location: { databaseUrl, redisUrl: redis.url }, stop: redis.kill };
}

const hasRedis = process.env['REDIS_URL'] !== undefined || hasRedisServer;

const backends = [
  { name: 'PostgreSQL', start: startPostgresBackend, present: true },
  {
    name: hasRedis ? 'Redis' : 'Redis (skipped: neither REDIS_URL nor a redis-server on the PATH)',
    start: startRedisBackend,
    present: hasRedis,
  },
];

for (const backend of backends) {
  (backend.present ? describe : describe.skip)(`a job queue on ${backend.name}`, () => {
    let started: TestBackend;
    let queue: JobQueue;
    const errors: Error[] = [];
    const consuming = { concurrency: 2, onError: (error: Error) => void errors.push(error) };

    beforeAll(async () => {
      started = await backend.start();
    });
    beforeEach(() => {
      queue = createJobQueue(started.location);
    });
    afterEach(() => queue.close());
    afterAll(() => started.stop());

    let counter = 0;
    const newJob = (attempts = 3) =>
      defineJob({
        name: `spec-${(counter += 1)}-${process.pid}`,
        payload: z.strictObject({ n: z.number() }),
        attempts,
        backoffMs: 20,
        keepForSeconds: 0,
      });

    test('a job that waits under its key is not added twice and reaches one handler', async () => {
      const job = newJob();
      await queue.enqueue(job, 'same', { n: 1 });
      await queue.enqueue(job, 'same', { n: 2 });
      await queue.enqueue(job, 'other', { n: 3 });
      const seen: number[] = [];
      await queue.consume(job, async ({ n }) => void seen.push(n), consuming);
      await until(() => seen.length === 2);
      await sleep(100);
      expect(seen.sort()).toEqual([1, 3]);
    });

    test('a field that a newer version adds does not keep an older worker from the job', async () => {
      const name = `spec-newer-${process.pid}-${(counter += 1)}`;
      const older = defineJob({ ...runOperationJob, name });
      const newer = defineJob({
        ...older,
        payload: runOperationJobSchema.extend({ added_later: z.string() }),
      });
      const operation_id = randomUUID();
      await queue.enqueue(newer, operation_id, { operation_id, added_later: 'x' });
      const seen: unknown[] = [];
      await queue.consume(older, async (payload) => void seen.push(payload), consuming);
      await until(() => seen.length === 1);
      expect(seen).toEqual([{ operation_id }]);
    });

    test('a job enqueued while a consumer waits starts at once', async () => {
      const job = newJob();
      let startedAt = 0;
      await queue.consume(job, async () => void (startedAt = performance.now()), consuming);
      await sleep(200);
      const enqueuedAt = performance.now();
      await queue.enqueue(job, 'now', { n: 1 });
      await until(() => startedAt > 0);
      expect(startedAt - enqueuedAt).toBeLessThan(1_000);
    });

    test('a failed attempt is run again, and the last one is told so', async () => {
      const job = newJob();
      const attempts: unknown[] = [];
      const handler = async (_payload: { n: number }, attempt: unknown) => {
        attempts.push(attempt);
        throw new TypeError('not today');
      };
      await queue.consume(job, handler, consuming);
      await queue.enqueue(job, 'fails', { n: 1 });
      await until(() => attempts.length === 3);
      expect(attempts).toEqual([
        { number: 1, isLast: false, backoffMs: 20 },
        { number: 2, isLast: false, backoffMs: 40 },
        { number: 3, isLast: true, backoffMs: 80 },
      ]);
    });

    test('an unrecoverable failure is not run again', async () => {
      const job = newJob();
      let runs = 0;
      const handler = async () => {
        runs += 1;
        throw new UnrecoverableError('never');
      };
      await queue.consume(job, handler, consuming);
      await queue.enqueue(job, 'hopeless', { n: 1 });
      await until(() => runs === 1);
      await sleep(200);
      expect(runs).toBe(1);
    });

    test('a job that asks to run later does so and loses no attempt', async () => {
      const job = newJob(1);
      const numbers: number[] = [];
      const handler = async (_payload: { n: number }, { number }: { number: number }) => {
        numbers.push(number);
        if (numbers.length < 3) throw new RunLater(20);
      };
      await queue.consume(job, handler, consuming);
      await queue.enqueue(job, 'patient', { n: 1 });
      await until(() => numbers.length === 3);
      expect(numbers).toEqual([1, 1, 1]);
    });

    test('a job that ended may be enqueued again under its key', async () => {
      const job = newJob(1);
      let runs = 0;
      const handler = async () => {
        runs += 1;
        if (runs === 2) throw new TypeError('second');
      };
      await queue.consume(job, handler, consuming);
      for (const expected of [1, 2, 3]) {
        await until(async () => {
          await queue.enqueue(job, 'again', { n: 1 });
          return runs >= expected;
        });
      }
      expect(runs).toBeGreaterThanOrEqual(3);
    });

    test('a job whose worker died in the middle is taken up by another one', async () => {
      const job = newJob();
      await queue.enqueue(job, 'orphan', { n: 7 });
      await killedInTheMiddle(job.name, started.location);
      const seen: number[] = [];
      await queue.consume(job, async ({ n }) => void seen.push(n), consuming);
      await queue.enqueue(job, 'orphan', { n: 7 });
      await until(() => seen.length === 1, 12_000);
      expect(seen).toEqual([7]);
    });

    test('a payload that does not fit is refused before it is kept', async () => {
      const job = newJob();
      const wrong = JSON.parse('{"n":"one"}');
      await expect(queue.enqueue(job, 'wrong', wrong)).rejects.toMatchObject({ code: 'queue.payload-invalid' });
    });
  });
}

test('a backend that is away is an error of the caller, not a crash', async () => {
  const queue = createJobQueue({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/none' });
  const job = defineJob({ name: 'away', payload: z.object({}), attempts: 1, backoffMs: 1, keepForSeconds: 0 });
  await expect(queue.enqueue(job, 'k', {})).rejects.toMatchObject({ code: 'queue.unavailable' });
  await queue.close();
});

(hasRedisServer ? test : test.skip)(
  'a consumer whose Redis went away takes its leave, and its jobs end first',
  async () => {
    const redis = await startTestRedis();
    const queue = createJobQueue({ databaseUrl: 'postgresql://unused.invalid/none', redisUrl: redis.url });
    const job = defineJob({ name: 'left', payload: z.object({}), attempts: 1, backoffMs: 1, keepForSeconds: 0 });
    let taken = false;
    let ended = false;
    const handler = async () => {
      taken = true;
      await sleep(500);
      ended = true;
    };
    await queue.consume(job, handler, { concurrency: 1, onError: () => undefined });
    await queue.enqueue(job, 'k', {});
    await until(() => taken);
    await redis.kill();
    await queue.close();
    expect(ended).toBe(true);
  },
  30_000,
);

/** A worker process that takes the job and is killed while it holds it. */
async function killedInTheMiddle(name: string, location: QueueLocation): Promise<void> {
  const script = `
    const { Worker, createPostgresBackend } = require('bullmq');
    const { databaseUrl, redisUrl } = JSON.parse(process.argv[1]);
    const tuning = { lockDuration: 5000, stalledInterval: 2500 };
    const options = redisUrl
      ? { connection: { url: redisUrl, maxRetriesPerRequest: null }, prefix: 'perch', ...tuning }
      : { connection: { connectionString: databaseUrl }, ...tuning };
    new Worker(${JSON.stringify(name)}, () => { console.log('taken'); return new Promise(() => {}); }, options,
      redisUrl ? undefined : createPostgresBackend);`;
  const child = spawn(process.execPath, ['-e', script, JSON.stringify(location)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
}

async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 5_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not happen in time');
    await sleep(20);
  }
}
