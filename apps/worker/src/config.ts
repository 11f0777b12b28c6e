/** Reads the environment of the worker; the only place in this app that does. Every problem is told at once. */
import path from 'node:path';
import {
  portsFrom,
  readEnvironment,
  sharedEnvironment,
  tracingEnvironment,
  tracingFrom,
  type Environment,
  type TracingConfig,
} from '@perch/contract';
import { logLevels, type LogLevel } from '@perch/observability';
import { z } from 'zod';

const { DATABASE_URL, REDIS_URL, PERCH_MASTER_KEY, PERCH_HOME, PERCH_PORT_BASE, PERCH_ADMIN_HOST } = sharedEnvironment;

/** Every variable this process reads; docs/configuration.md says the same. */
export const workerEnvironment = z.object({
  DATABASE_URL,
  REDIS_URL,
  PERCH_MASTER_KEY,
  PERCH_MASTER_KEY_PREVIOUS: PERCH_MASTER_KEY.optional(),
  PERCH_HOME,
  PERCH_PORT_BASE,
  PERCH_ADMIN_HOST,
  /** Operations that run at the same moment in this process. */
  PERCH_WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(100).default(8),
  /** Milliseconds that the former login role of a data API still works after a new one was published. */
  PERCH_LOGIN_GRACE_MS: z.coerce.number().int().min(0).max(600_000).default(10_000),
  PERCH_LOG_LEVEL: z.enum(logLevels).default('info'),
  ...tracingEnvironment,
  /** For tests: a file with the name of a step, at which this process removes the file and kills or freezes itself. */
  PERCH_TEST_CRASH_FILE: z.string().min(1).optional(),
});

export interface WorkerConfig {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly masterKey: string;
  readonly previousMasterKey: string | undefined;
  /** Absolute. */
  readonly home: string;
  readonly adminHost: string;
  /** 0 takes any free port. */
  readonly adminPort: number;
  readonly concurrency: number;
  readonly loginGraceMs: number;
  readonly logLevel: LogLevel;
  readonly tracing: TracingConfig;
  readonly crashFile: string | undefined;
}

/** @throws ConfigError listing every value that does not fit. */
export function loadWorkerConfig(env: Environment = process.env): WorkerConfig {
  const values = readEnvironment(workerEnvironment, env);
  return Object.freeze({
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    masterKey: values.PERCH_MASTER_KEY,
    previousMasterKey: values.PERCH_MASTER_KEY_PREVIOUS,
    home: path.resolve(values.PERCH_HOME),
    adminHost: values.PERCH_ADMIN_HOST,
    adminPort: portsFrom(values.PERCH_PORT_BASE).workerAdmin,
    concurrency: values.PERCH_WORKER_CONCURRENCY,
    loginGraceMs: values.PERCH_LOGIN_GRACE_MS,
    logLevel: values.PERCH_LOG_LEVEL,
    tracing: tracingFrom(values),
    crashFile: values.PERCH_TEST_CRASH_FILE,
  });
}
