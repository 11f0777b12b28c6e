/**
 * Reads the environment for `perch up` and its helpers; the only place in this app that does. Every problem is collected
 * and told at once.
 */
import path from 'node:path';
import { z } from 'zod';
import { UsageError } from './usage-error.js';

/** Every variable that `perch up` reads itself; docs/configuration.md says the same. */
export const upEnvironment = z.object({
  /** Where all state lives. */
  PERCH_HOME: z.string().min(1).default('.perch'),
  /** Control plane at the base, data plane +100, auth +200, admin ports +90, +190, +290, metadata PostgreSQL +50. */
  PERCH_PORT_BASE: z.coerce.number().int().min(1024).max(65_000).default(4000),
  PERCH_MASTER_KEY: z.string().min(1).optional(),
  PERCH_FLEET_TOKEN: z.string().min(16).optional(),
  /** A metadata PostgreSQL of one's own instead of the embedded one. */
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
    .optional(),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
    .optional(),
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
export function loadUpConfig(env: NodeJS.ProcessEnv = process.env): UpConfig {
  // A variable set to nothing counts as absent, as compose files and CI systems leave them.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = upEnvironment.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new UsageError('The environment has values that do not fit:', problems);
  }
  return Object.freeze({
    home: path.resolve(parsed.data.PERCH_HOME),
    portBase: parsed.data.PERCH_PORT_BASE,
    masterKey: parsed.data.PERCH_MASTER_KEY,
    fleetToken: parsed.data.PERCH_FLEET_TOKEN,
    databaseUrl: parsed.data.DATABASE_URL,
    redisUrl: parsed.data.REDIS_URL,
    inherited: z.record(z.string(), z.string()).parse(given),
  });
}
