/** Reads the environment of the control plane; the only place in this app that does. Every problem is told at once. */
import { logLevels, type LogLevel } from '@perch/observability';
import { z } from 'zod';
import { ConfigError } from './error/config-error.js';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

export const controlPlaneEnvironment = z.object({
  /** Metadata PostgreSQL. */
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://'),
  /** Keeps the job queue in Redis or Valkey; without it in the metadata PostgreSQL. */
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
    .optional(),
  /** Encrypts the secrets at rest. */
  PERCH_MASTER_KEY: z.string().min(16, 'must have at least 16 characters'),
  /** What the fleet shows to get its snapshots. */
  PERCH_FLEET_TOKEN: z.string().min(16, 'must have at least 16 characters'),
  /** The management API listens here, its admin port 90 above; local computes take theirs from 300 above. */
  PERCH_PORT_BASE: z.coerce.number().int().min(1024).max(65_000).default(4000),
  PERCH_HOST: z.string().min(1).default('127.0.0.1'),
  PERCH_ADMIN_HOST: z.string().min(1).default('127.0.0.1'),
  /** Template of a data API's URL with {endpoint_id} and {database}. */
  PERCH_DATA_API_URL: z
    .string()
    .refine((text) => text.includes('{endpoint_id}') && text.includes('{database}'), {
      message: 'must contain {endpoint_id} and {database}',
    })
    .refine((text) => URL.canParse(text.replaceAll(/[{}]/g, '')), { message: 'must be a URL' })
    .optional(),
  /** Hosts, comma-separated, whose key sets may be fetched although they are private or answer http only. */
  PERCH_JWKS_ALLOWED_HOSTS: list.default([]),
  /** Lets issuers on loopback be fetched over http: for a developer's own machine. */
  PERCH_JWKS_ALLOW_LOOPBACK: flag.default(false),
  /** An API key that is made at start unless it was made before. */
  PERCH_BOOTSTRAP_API_KEY: z.string().min(20, 'must have at least 20 characters').optional(),
  PERCH_LOG_LEVEL: z.enum(logLevels).default('info'),
});

export interface ControlPlaneConfig {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly masterKey: string;
  readonly fleetToken: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly adminHost: string;
  /** 0 takes any free port. */
  readonly adminPort: number;
  /** The ports that local computes may be given. */
  readonly computePorts: { readonly first: number; readonly last: number };
  readonly dataApiUrl: string;
  readonly jwksAllowedHosts: readonly string[];
  readonly jwksAllowLoopback: boolean;
  readonly bootstrapApiKey: string | undefined;
  readonly logLevel: LogLevel;
}

const ADMIN_OFFSET = 90;
const DATA_PLANE_OFFSET = 100;
const COMPUTES_OFFSET = 300;
const COMPUTES = 10_000;
const HIGHEST_PORT = 65_535;

/** @throws ConfigError with every problem */
export function loadControlPlaneConfig(env: NodeJS.ProcessEnv = process.env): ControlPlaneConfig {
  // A variable set to nothing counts as absent, as compose files and CI systems leave them.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = controlPlaneEnvironment.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const values = parsed.data;
  const base = values.PERCH_PORT_BASE;
  return Object.freeze({
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    masterKey: values.PERCH_MASTER_KEY,
    fleetToken: values.PERCH_FLEET_TOKEN,
    host: values.PERCH_HOST,
    port: base,
    adminHost: values.PERCH_ADMIN_HOST,
    adminPort: base + ADMIN_OFFSET,
    computePorts: {
      first: base + COMPUTES_OFFSET,
      last: Math.min(base + COMPUTES_OFFSET + COMPUTES, HIGHEST_PORT),
    },
    dataApiUrl:
      values.PERCH_DATA_API_URL ?? `http://127.0.0.1:${base + DATA_PLANE_OFFSET}/{endpoint_id}/{database}/rest/v1`,
    jwksAllowedHosts: values.PERCH_JWKS_ALLOWED_HOSTS,
    jwksAllowLoopback: values.PERCH_JWKS_ALLOW_LOOPBACK,
    bootstrapApiKey: values.PERCH_BOOTSTRAP_API_KEY,
    logLevel: values.PERCH_LOG_LEVEL,
  });
}
