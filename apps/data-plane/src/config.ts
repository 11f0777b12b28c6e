/**
 * Reads the environment and the options of `perch data-plane`; the only place in this app that does. Every problem is
 * collected and told at once.
 */
import path from 'node:path';
import { z } from 'zod';
import { logLevels, type LogLevel } from '@perch/observability';

const port = z.coerce.number().int().min(0).max(65_535);

/** Every variable this process reads; docs/configuration.md says the same. */
export const dataPlaneEnvironment = z.object({
  /** Where all state lives; copies of configurations go to `data-plane/` in it. */
  PERCH_HOME: z.string().min(1).default('.perch'),
  /** The data plane listens on the base + 100, its admin port on the base + 190. */
  PERCH_PORT_BASE: z.coerce.number().int().min(1024).max(65_000).default(4000),
  /** Address to listen on. */
  PERCH_HOST: z.string().min(1).default('127.0.0.1'),
  PERCH_ADMIN_HOST: z.string().min(1).default('127.0.0.1'),
  /** Default: the control plane of the same port base on loopback. */
  PERCH_CONTROL_PLANE_URL: z.url({ protocol: /^https?$/ }).optional(),
  PERCH_FLEET_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  PERCH_LOG_LEVEL: z.enum(logLevels).default('info'),
  /** Milliseconds between "not ready" and the end of listening when the process is asked to stop. */
  PERCH_DRAIN_DELAY_MS: z.coerce.number().int().min(0).max(60_000).default(0),
  /** With a tenants file: hosts whose key sets may be fetched although their address is private, comma-separated. */
  PERCH_JWKS_ALLOWED_HOSTS: z.string().default(''),
  /** With a tenants file: key sets may be fetched from loopback over http. */
  PERCH_JWKS_ALLOW_LOOPBACK: z.enum(['true', 'false']).default('false'),
});

export interface DataPlaneOptions {
  /** Path of a tenants file; then there is no control plane. */
  readonly tenantsFile?: string | undefined;
  /** As written on the command line; `0` takes any free port. */
  readonly port?: string | undefined;
}

export type SourceConfig =
  | {
      readonly kind: 'control-plane';
      readonly url: string;
      readonly fleetToken: string;
      /** Directory of last good copies. */
      readonly copies: string;
    }
  | {
      readonly kind: 'file';
      readonly path: string;
      /** Where key sets may come from besides public https addresses. */
      readonly jwks: { readonly allowedHosts: readonly string[]; readonly allowLoopback: boolean };
    };

export interface DataPlaneConfig {
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  readonly logLevel: LogLevel;
  readonly drainDelayMs: number;
  readonly source: SourceConfig;
}

/** `problems` has one sentence per value that does not fit. */
export class DataPlaneConfigError extends Error {
  override readonly name = 'DataPlaneConfigError';
  readonly code = 'config.invalid';

  constructor(readonly problems: readonly string[]) {
    super(['The data plane cannot start:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));
  }
}

/** @throws DataPlaneConfigError listing every value that does not fit. */
export function loadDataPlaneConfig(
  options: DataPlaneOptions = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): DataPlaneConfig {
  // A variable set to nothing counts as absent, as compose files and CI systems leave them.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = dataPlaneEnvironment.safeParse(given);
  const parsedPort = options.port === undefined ? undefined : port.safeParse(options.port.trim() || 'none');
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`)),
    ...(parsedPort?.success === false ? [`--port: '${options.port}' is not a port (0 to 65535)`] : []),
    ...(options.tenantsFile === '' ? ['--tenants: a file name is needed'] : []),
    ...(options.tenantsFile === undefined && given['PERCH_FLEET_TOKEN'] === undefined
      ? ['PERCH_FLEET_TOKEN: is needed to ask the control plane (or serve a file with --tenants)']
      : []),
  ];
  if (problems.length > 0 || !parsed.success) throw new DataPlaneConfigError(problems);
  const values = parsed.data;
  return Object.freeze({
    host: values.PERCH_HOST,
    port: parsedPort?.success === true ? parsedPort.data : values.PERCH_PORT_BASE + 100,
    adminHost: values.PERCH_ADMIN_HOST,
    adminPort: values.PERCH_PORT_BASE + 190,
    logLevel: values.PERCH_LOG_LEVEL,
    drainDelayMs: values.PERCH_DRAIN_DELAY_MS,
    source: sourceOf(options.tenantsFile, values),
  });
}

function sourceOf(tenantsFile: string | undefined, values: z.infer<typeof dataPlaneEnvironment>): SourceConfig {
  if (tenantsFile === undefined) {
    return {
      kind: 'control-plane',
      url: values.PERCH_CONTROL_PLANE_URL ?? `http://127.0.0.1:${values.PERCH_PORT_BASE}`,
      fleetToken: values.PERCH_FLEET_TOKEN ?? '',
      copies: path.resolve(values.PERCH_HOME, 'data-plane', 'snapshots'),
    };
  }
  const hosts = values.PERCH_JWKS_ALLOWED_HOSTS.split(',').map((host) => host.trim());
  return {
    kind: 'file',
    path: path.resolve(tenantsFile),
    jwks: {
      allowedHosts: hosts.filter((host) => host !== ''),
      allowLoopback: values.PERCH_JWKS_ALLOW_LOOPBACK === 'true',
    },
  };
}
