/**
 * Reads the environment and the options of `perch data-plane`; the only place in this app that does. Every problem is
 * collected and told at once.
 */
import os from 'node:os';
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

/** Far above the cores of any machine: against a slip of the finger. */
const maxWorkers = 256;

const port = z.coerce.number().int().min(0).max(65_535);

/** Every variable this process reads; docs/configuration.md says the same. */
export const dataPlaneEnvironment = z.object({
  /** Copies of snapshots and schemas go to `data-plane/` in it; with a tenants file only if it is set. */
  PERCH_HOME: sharedEnvironment.PERCH_HOME,
  PERCH_PORT_BASE: sharedEnvironment.PERCH_PORT_BASE,
  PERCH_HOST: sharedEnvironment.PERCH_HOST,
  PERCH_ADMIN_HOST: sharedEnvironment.PERCH_ADMIN_HOST,
  /** Default: the control plane of the same port base on loopback. */
  PERCH_CONTROL_PLANE_URL: z.url({ protocol: /^https?$/ }).optional(),
  PERCH_FLEET_TOKEN: sharedEnvironment.PERCH_FLEET_TOKEN.optional(),
  /** Where rate limits are counted for the whole fleet; without it each data plane counts for itself. */
  REDIS_URL: sharedEnvironment.REDIS_URL,
  PERCH_LOG_LEVEL: z.enum(logLevels).default('info'),
  /** Tenants that metrics count by name. */
  PERCH_METRICS_TENANTS: z.coerce.number().int().min(0).max(10_000).default(100),
  /** Milliseconds between "not ready" and the end of listening when the process is asked to stop. */
  PERCH_DRAIN_DELAY_MS: z.coerce.number().int().min(0).max(60_000).default(0),
  /** Connections to the databases of all tenants together, of all workers together. */
  PERCH_MAX_CONNECTIONS: z.coerce.number().int().min(1).max(100_000).default(400),
  // With a tenants file, whose key sets this process fetches itself.
  PERCH_JWKS_ALLOWED_HOSTS: sharedEnvironment.PERCH_JWKS_ALLOWED_HOSTS,
  PERCH_JWKS_ALLOW_LOOPBACK: sharedEnvironment.PERCH_JWKS_ALLOW_LOOPBACK,
  ...tracingEnvironment,
});

export interface DataPlaneOptions {
  /** Path of a tenants file; then there is no control plane. */
  readonly tenantsFile?: string | undefined;
  /** As written on the command line; `0` takes any free port. */
  readonly port?: string | undefined;
  /** As written on the command line: how many processes share the port, or `auto` for one per core. */
  readonly workers?: string | undefined;
  /** Which of them this process is; set by their supervisor. */
  readonly workerSlot?: string | undefined;
}

/** What a process is to the others of its `--workers`. */
export type WorkerRole =
  | { readonly kind: 'alone' }
  | { readonly kind: 'supervisor'; readonly workers: number }
  | { readonly kind: 'worker'; readonly slot: number; readonly workers: number };

export type SourceConfig =
  | {
      readonly kind: 'control-plane';
      readonly url: string;
      readonly fleetToken: string;
      /** Directory of the copies of snapshots and schemas. */
      readonly copies: string;
    }
  | {
      readonly kind: 'file';
      readonly path: string;
      /** Directory of the copies of schemas; undefined where nobody said that this process may keep state. */
      readonly copies: string | undefined;
      /** Where key sets may come from besides public https addresses. */
      readonly jwks: { readonly allowedHosts: readonly string[]; readonly allowLoopback: boolean };
    };

export interface DataPlaneConfig {
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  readonly logLevel: LogLevel;
  readonly metricsTenants: number;
  readonly drainDelayMs: number;
  /** Of all workers together. */
  readonly maxConnections: number;
  readonly role: WorkerRole;
  readonly redisUrl: string | undefined;
  readonly source: SourceConfig;
  readonly tracing: TracingConfig;
}

export { ConfigError as DataPlaneConfigError } from '@perch/contract';

/** @throws ConfigError listing every value that does not fit. */
export function loadDataPlaneConfig(options: DataPlaneOptions = {}, env: Environment = process.env): DataPlaneConfig {
  const parsedPort = options.port === undefined ? undefined : port.safeParse(options.port.trim() || 'none');
  const workers = workersOf(options.workers);
  const values = readEnvironment(dataPlaneEnvironment, env, [
    ...(workers === undefined ? [`--workers: '${options.workers}' is neither 'auto' nor 1 to ${maxWorkers}`] : []),
    ...(parsedPort?.success === false ? [`--port: '${options.port}' is not a port (0 to 65535)`] : []),
    ...(options.tenantsFile === '' ? ['--tenants: a file name is needed'] : []),
    ...(options.tenantsFile === undefined && (env['PERCH_FLEET_TOKEN'] ?? '') === ''
      ? ['PERCH_FLEET_TOKEN: is needed to ask the control plane (or serve a file with --tenants)']
      : []),
  ]);
  const ports = portsFrom(values.PERCH_PORT_BASE);
  return Object.freeze({
    host: values.PERCH_HOST,
    port: parsedPort?.success === true ? parsedPort.data : ports.dataPlane,
    adminHost: values.PERCH_ADMIN_HOST,
    adminPort: ports.dataPlaneAdmin,
    logLevel: values.PERCH_LOG_LEVEL,
    metricsTenants: values.PERCH_METRICS_TENANTS,
    drainDelayMs: values.PERCH_DRAIN_DELAY_MS,
    maxConnections: values.PERCH_MAX_CONNECTIONS,
    redisUrl: values.REDIS_URL,
    role: roleOf(workers ?? 1, options.workerSlot),
    source: sourceOf(options.tenantsFile, values, (env['PERCH_HOME'] ?? '') !== ''),
    tracing: tracingFrom(values),
  });
}

/** undefined for what is no number of workers. */
function workersOf(text: string | undefined): number | undefined {
  if (text === undefined) return 1;
  if (text === 'auto') return os.availableParallelism();
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= maxWorkers ? count : undefined;
}

function roleOf(workers: number, slot: string | undefined): WorkerRole {
  if (slot !== undefined) return { kind: 'worker', slot: Number(slot), workers };
  return workers > 1 ? { kind: 'supervisor', workers } : { kind: 'alone' };
}

function sourceOf(
  tenantsFile: string | undefined,
  values: z.infer<typeof dataPlaneEnvironment>,
  hasHome: boolean,
): SourceConfig {
  const copies = path.resolve(values.PERCH_HOME, 'data-plane');
  if (tenantsFile === undefined) {
    return {
      kind: 'control-plane',
      url: values.PERCH_CONTROL_PLANE_URL ?? `http://127.0.0.1:${portsFrom(values.PERCH_PORT_BASE).controlPlane}`,
      fleetToken: values.PERCH_FLEET_TOKEN ?? '',
      copies,
    };
  }
  return {
    kind: 'file',
    path: path.resolve(tenantsFile),
    copies: hasHome ? copies : undefined,
    jwks: { allowedHosts: values.PERCH_JWKS_ALLOWED_HOSTS, allowLoopback: values.PERCH_JWKS_ALLOW_LOOPBACK },
  };
}
