/**
 * Reads the environment for `perch up` and its helpers; the only place in this app that does. Every problem is collected
 * and told at once.
 */
import path from 'node:path';
import { ConfigError, givenVariables, readEnvironment, sharedEnvironment, type Environment } from '@perch/contract';
import { logLevels } from '@perch/observability';
import { z } from 'zod';
import { UsageError } from './usage-error.js';

/** Every variable that `perch up` reads itself; docs/configuration.md says the same. */
export const upEnvironment = z.object({
  PERCH_HOME: sharedEnvironment.PERCH_HOME,
  PERCH_PORT_BASE: sharedEnvironment.PERCH_PORT_BASE,
  PERCH_MASTER_KEY: sharedEnvironment.PERCH_MASTER_KEY.optional(),
  PERCH_FLEET_TOKEN: sharedEnvironment.PERCH_FLEET_TOKEN.optional(),
  /** A metadata PostgreSQL of one's own instead of the embedded one. */
  DATABASE_URL: sharedEnvironment.DATABASE_URL.optional(),
  REDIS_URL: sharedEnvironment.REDIS_URL,
  /** Handed on to the planes; read here so that a wrong one stops the start before anything runs. */
  PERCH_LOG_LEVEL: z.enum(logLevels).default('info'),
});

export interface UpConfig {
  /** Absolute. */
  readonly home: string;
  readonly portBase: number;
  readonly masterKey: string | undefined;
  readonly fleetToken: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  /** What child processes inherit: the environment as it is, before our own additions. */
  readonly inherited: Readonly<Record<string, string>>;
}

/** @throws UsageError listing every value that does not fit. */
export function loadUpConfig(env: Environment = process.env): UpConfig {
  const values = readUpEnvironment(env);
  return Object.freeze({
    home: path.resolve(values.PERCH_HOME),
    portBase: values.PERCH_PORT_BASE,
    masterKey: values.PERCH_MASTER_KEY,
    fleetToken: values.PERCH_FLEET_TOKEN,
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    inherited: givenVariables(env),
  });
}

/** Connection URL of the metadata database. @throws UsageError when there is none or it does not fit. */
export function loadMetadataUrl(env: Environment = process.env): string {
  const { databaseUrl } = loadUpConfig(env);
  if (databaseUrl === undefined) throw new UsageError('DATABASE_URL has to name the metadata database.');
  return databaseUrl;
}

function readUpEnvironment(env: Environment): z.infer<typeof upEnvironment> {
  try {
    return readEnvironment(upEnvironment, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UsageError('The environment has values that do not fit:', error.problems);
  }
}
