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
}

/** What this room uses of BullMQ's Worker. */
export interface JobSource {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (job: unknown, error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
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
    createQueue: (name) => new Queue(name, { connection }, createPostgresBackend),
    createWorker: (name, run, options) => new Worker(name, run, { connection, ...options }, createPostgresBackend),
  };
}

function redisBackend(url: string): Backend {
  // A caller that enqueues waits for a few tries and gets an error then, rather than hanging while Redis is away.
  const callerConnection: ConnectionOptions = { url, maxRetriesPerRequest: 3 };
  const workerConnection: ConnectionOptions = { url, maxRetriesPerRequest: null };
  return {
    prepare: () => Promise.resolve(),
    createQueue: (name) => new Queue(name, { connection: callerConnection, prefix: REDIS_PREFIX }),
    createWorker: (name, run, options) =>
      new Worker(name, run, { connection: workerConnection, prefix: REDIS_PREFIX, ...options }),
  };
}
