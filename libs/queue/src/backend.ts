/** Where BullMQ keeps its jobs: in the metadata PostgreSQL (schema `bullmq`), or in Redis or Valkey when a URL is given. */
import {
  createPostgresBackend,
  Queue,
  runMigrations,
  Worker,
  type ConnectionOptions,
  type JobsOptions,
  type WorkerOptions,
} from 'bullmq';
import pg from 'pg';

export interface QueueLocation {
  /** Connection URL of the metadata PostgreSQL. */
  readonly databaseUrl: string;
  /** Keeps the jobs in Redis instead when given. */
  readonly redisUrl?: string | undefined;
}

export interface Backend {
  /** Makes what the backend needs before its first use; safe to run many times and at the same moment. */
  prepare(): Promise<void>;
  createQueue(name: string): JobSink;
  createWorker(name: string, run: (job: TakenJob, token?: string) => Promise<void>, options: WorkerTuning): JobSource;
}

/** What this room uses of BullMQ's Queue, which differs in type from backend to backend. */
export interface JobSink {
  add(name: string, payload: unknown, options: JobsOptions): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
  /** The backend is not waited for any more: what is still to be told to it fails. */
  giveUp(): void;
}

/** What this room uses of BullMQ's Worker. */
export interface JobSource {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (job: unknown, error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
  /** The backend is not waited for any more: what is still to be told to it fails. */
  giveUp(): void;
}

/** What this room uses of a job that a worker took. */
export interface TakenJob {
  readonly data: unknown;
  readonly attemptsMade: number;
  moveToDelayed(timestamp: number, token?: string): Promise<unknown>;
}

export type WorkerTuning = Required<
  Pick<WorkerOptions, 'concurrency' | 'lockDuration' | 'stalledInterval' | 'maxStalledCount'>
>;

/** Keys of ours in a Redis that others use too. */
const REDIS_PREFIX = 'perch';
const CONNECTIONS_PER_QUEUE = 4;
/** Between two tries to reach a Redis that is away. */
const LONGEST_PAUSE_MS = 1_000;

export function createBackend(location: QueueLocation): Backend {
  return location.redisUrl === undefined ? postgresBackend(location.databaseUrl) : redisBackend(location.redisUrl);
}

function postgresBackend(url: string): Backend {
  const connection = {
    connectionString: url,
    max: CONNECTIONS_PER_QUEUE,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
  };
  return {
    async prepare() {
      const client = new pg.Client({ connectionString: url, application_name: 'perch queue migrations' });
      await client.connect();
      try {
        await runMigrations(client);
      } finally {
        await client.end();
      }
    },
    createQueue: (name) => Object.assign(new Queue(name, { connection }, createPostgresBackend), { giveUp }),
    createWorker: (name, run, options) =>
      Object.assign(new Worker(name, run, { connection, ...options }, createPostgresBackend), { giveUp }),
  };
}

/** Of PostgreSQL nothing is waited for: without a connection a call fails. */
const giveUp = (): void => undefined;

function redisBackend(url: string): Backend {
  return {
    prepare: () => Promise.resolve(),
    createQueue(name) {
      // A caller that enqueues waits for a few tries and gets an error then, rather than hanging while Redis is away.
      const { connection, giveUp } = redisConnection(url, 3);
      return Object.assign(new Queue(name, { connection, prefix: REDIS_PREFIX }), { giveUp });
    },
    createWorker(name, run, options) {
      const { connection, giveUp } = redisConnection(url, null);
      return Object.assign(new Worker(name, run, { connection, prefix: REDIS_PREFIX, ...options }), { giveUp });
    },
  };
}

/** @param maxRetriesPerRequest null waits for Redis for ever. */
function redisConnection(url: string, maxRetriesPerRequest: number | null) {
  let givenUp = false;
  const connection: ConnectionOptions = {
    url,
    maxRetriesPerRequest,
    retryStrategy: (times: number) => (givenUp ? null : Math.min(times * 100, LONGEST_PAUSE_MS)),
  };
  return { connection, giveUp: () => void (givenUp = true) };
}
