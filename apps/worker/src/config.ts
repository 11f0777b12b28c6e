/** Reads the environment of the worker; the only place in this app that does. Every problem is told at once. */
import path from 'node:path';
import { logLevels, type LogLevel } from '@perch/observability';
import { z } from 'zod';

/** Every variable this process reads; docs/configuration.md says the same. */
export const workerEnvironment = z.object({
  /** Metadata PostgreSQL. */
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://'),
  /** Keeps the job queue in Redis or Valkey; without it in the metadata PostgreSQL. */
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
    .optional(),
  /** Opens the secrets at rest. */
  PERCH_MASTER_KEY: z.string().min(16, 'must have at least 16 characters'),
  /** Where all state lives; local computes go to `endpoints/` in it. */
  PERCH_HOME: z.string().min(1).default('.perch'),
  /** The admin port is the base + 91. */
  PERCH_PORT_BASE: z.coerce.number().int().min(1024).max(65_000).default(4000),
  PERCH_ADMIN_HOST: z.string().min(1).default('127.0.0.1'),
  /** Operations that run at the same moment in this process. */
  PERCH_WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(100).default(8),
  PERCH_LOG_LEVEL: z.enum(logLevels).default('info'),
  /** For tests: a file with the name of a step, at which this process removes the file and kills itself. */
  PERCH_TEST_CRASH_FILE: z.string().min(1).optional(),
});

export interface WorkerConfig {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly masterKey: string;
  /** Absolute. */
  readonly home: string;
  readonly adminHost: string;
  /** 0 takes any free port. */
  readonly adminPort: number;
  readonly concurrency: number;
  readonly logLevel: LogLevel;
  readonly crashFile: string | undefined;
}

/** `problems` has one sentence per value that does not fit. */
export class WorkerConfigError extends Error {
  override readonly name = 'WorkerConfigError';
  readonly code = 'config.invalid';

  constructor(readonly problems: readonly string[]) {
    super(['The worker cannot start:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));
  }
}

const ADMIN_OFFSET = 91;

/** @throws WorkerConfigError listing every value that does not fit. */
export function loadWorkerConfig(env: Readonly<Record<string, string | undefined>> = process.env): WorkerConfig {
  // A variable set to nothing counts as absent, as compose files and CI systems leave them.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = workerEnvironment.safeParse(given);
  if (!parsed.success) {
    throw new WorkerConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const values = parsed.data;
  return Object.freeze({
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    masterKey: values.PERCH_MASTER_KEY,
    home: path.resolve(values.PERCH_HOME),
    adminHost: values.PERCH_ADMIN_HOST,
    adminPort: values.PERCH_PORT_BASE + ADMIN_OFFSET,
    concurrency: values.PERCH_WORKER_CONCURRENCY,
    logLevel: values.PERCH_LOG_LEVEL,
    crashFile: values.PERCH_TEST_CRASH_FILE,
  });
}
