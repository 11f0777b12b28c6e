/** Reads the environment of the control plane; the only place in this app that does. Every problem is told at once. */
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

/** Every variable this process reads; docs/configuration.md says the same. */
export const controlPlaneEnvironment = z.object({
  DATABASE_URL: sharedEnvironment.DATABASE_URL,
  REDIS_URL: sharedEnvironment.REDIS_URL,
  PERCH_MASTER_KEY: sharedEnvironment.PERCH_MASTER_KEY,
  /** Opens what was sealed with it before; all of that is sealed with the present one after the start. */
  PERCH_MASTER_KEY_PREVIOUS: sharedEnvironment.PERCH_MASTER_KEY.optional(),
  PERCH_FLEET_TOKEN: sharedEnvironment.PERCH_FLEET_TOKEN,
  /** Accepted as well, while proxies are given a new token one by one. */
  PERCH_FLEET_TOKEN_PREVIOUS: sharedEnvironment.PERCH_FLEET_TOKEN.optional(),
  PERCH_PORT_BASE: sharedEnvironment.PERCH_PORT_BASE,
  PERCH_HOST: sharedEnvironment.PERCH_HOST,
  PERCH_ADMIN_HOST: sharedEnvironment.PERCH_ADMIN_HOST,
  /** Template of a data API's URL with {endpoint_id} and {database}. */
  PERCH_DATA_API_URL: z
    .string()
    .refine((text) => text.includes('{endpoint_id}') && text.includes('{database}'), {
      message: 'must contain {endpoint_id} and {database}',
    })
    .refine((text) => URL.canParse(text.replaceAll(/[{}]/g, '')), { message: 'must be a URL' })
    .optional(),
  PERCH_JWKS_ALLOWED_HOSTS: sharedEnvironment.PERCH_JWKS_ALLOWED_HOSTS,
  PERCH_JWKS_ALLOW_LOOPBACK: sharedEnvironment.PERCH_JWKS_ALLOW_LOOPBACK,
  /** An API key that is made at start unless it was made before. */
  PERCH_BOOTSTRAP_API_KEY: z.string().min(20, 'must have at least 20 characters').optional(),
  PERCH_LOG_LEVEL: z.enum(logLevels).default('info'),
  ...tracingEnvironment,
});

export interface ControlPlaneConfig {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly masterKey: string;
  readonly previousMasterKey: string | undefined;
  readonly fleetToken: string;
  readonly previousFleetToken: string | undefined;
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
  readonly tracing: TracingConfig;
}

/** Ports that local computes may be given, at most. */
const COMPUTES = 10_000;
const HIGHEST_PORT = 65_535;

/** @throws ConfigError with every problem */
export function loadControlPlaneConfig(env: Environment = process.env): ControlPlaneConfig {
  const values = readEnvironment(controlPlaneEnvironment, env);
  const ports = portsFrom(values.PERCH_PORT_BASE);
  return Object.freeze({
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    masterKey: values.PERCH_MASTER_KEY,
    previousMasterKey: values.PERCH_MASTER_KEY_PREVIOUS,
    fleetToken: values.PERCH_FLEET_TOKEN,
    previousFleetToken: values.PERCH_FLEET_TOKEN_PREVIOUS,
    host: values.PERCH_HOST,
    port: ports.controlPlane,
    adminHost: values.PERCH_ADMIN_HOST,
    adminPort: ports.controlPlaneAdmin,
    computePorts: {
      first: ports.firstCompute,
      last: Math.min(ports.firstCompute + COMPUTES, HIGHEST_PORT),
    },
    dataApiUrl: values.PERCH_DATA_API_URL ?? `http://127.0.0.1:${ports.dataPlane}/{endpoint_id}/{database}/rest/v1`,
    jwksAllowedHosts: values.PERCH_JWKS_ALLOWED_HOSTS,
    jwksAllowLoopback: values.PERCH_JWKS_ALLOW_LOOPBACK,
    bootstrapApiKey: values.PERCH_BOOTSTRAP_API_KEY,
    logLevel: values.PERCH_LOG_LEVEL,
    tracing: tracingFrom(values),
  });
}
