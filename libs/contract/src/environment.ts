/**
 * What the processes have in common in their environment: the variables that more than one reads, and the ports that one
 * base moves. Each app's `config.ts` picks what it needs; only that reads the environment itself.
 */
import { z } from 'zod';

const secret = z.string().min(16, 'must have at least 16 characters');
/** It travels in an Authorization header, of which a space or an accent would break it off (RFC 6750 section 2.1). */
const bearerSecret = secret.regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without spaces');

/** Variables by name, as each process reads them; docs/configuration.md says what they are. */
export const sharedEnvironment = {
  PERCH_HOME: z.string().min(1).default('.perch'),
  PERCH_PORT_BASE: z.coerce.number().int().min(1024).max(65_000).default(4000),
  PERCH_HOST: z.string().min(1).default('127.0.0.1'),
  PERCH_ADMIN_HOST: z.string().min(1).default('127.0.0.1'),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
    .optional(),
  PERCH_MASTER_KEY: secret,
  PERCH_FLEET_TOKEN: bearerSecret,
  PERCH_JWKS_ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    ),
  PERCH_JWKS_ALLOW_LOOPBACK: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
} as const;

const otlpProtocol = z.enum(['http/protobuf', 'http/json'], "must be 'http/protobuf' or 'http/json'").optional();
const otlpEndpoint = z.url({ protocol: /^https?$/ }).optional();

/**
 * Traces, by the names OpenTelemetry gives them; what is not checked here the SDK reads itself (`OTEL_BSP_*` ...). With
 * neither an exporter nor an endpoint nothing is traced.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export const tracingEnvironment = {
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], "must be 'otlp' or 'none'").optional(),
  OTEL_SDK_DISABLED: z.enum(['true', 'false']).default('false'),
  OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: otlpEndpoint,
  OTEL_EXPORTER_OTLP_PROTOCOL: otlpProtocol,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: otlpProtocol,
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional(),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_RESOURCE_ATTRIBUTES: z.string().optional(),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).optional(),
  /** Whether the text of SQL statements belongs into spans. */
  PERCH_TRACE_STATEMENTS: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
} as const;

export interface TracingConfig {
  readonly enabled: boolean;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly withStatements: boolean;
}

export function tracingFrom(values: z.infer<z.ZodObject<typeof tracingEnvironment>>): TracingConfig {
  const endpoint = values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? values.OTEL_EXPORTER_OTLP_ENDPOINT;
  const exporter = values.OTEL_TRACES_EXPORTER ?? (endpoint === undefined ? 'none' : 'otlp');
  return Object.freeze({
    enabled: exporter === 'otlp' && values.OTEL_SDK_DISABLED === 'false',
    protocol: values.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? values.OTEL_EXPORTER_OTLP_PROTOCOL ?? 'http/protobuf',
    withStatements: values.PERCH_TRACE_STATEMENTS,
  });
}

export interface PerchPorts {
  readonly controlPlane: number;
  readonly controlPlaneAdmin: number;
  readonly workerAdmin: number;
  readonly metadataPostgres: number;
  readonly dataPlane: number;
  readonly dataPlaneAdmin: number;
  /** The first one that a local compute may have. */
  readonly firstCompute: number;
}

/** The ports of one Perch, all moved by PERCH_PORT_BASE. */
export function portsFrom(base: number): PerchPorts {
  return {
    controlPlane: base,
    metadataPostgres: base + 50,
    controlPlaneAdmin: base + 90,
    workerAdmin: base + 91,
    dataPlane: base + 100,
    dataPlaneAdmin: base + 190,
    firstCompute: base + 300,
  };
}

/** The environment or the command line of a process does not fit; `problems` has one sentence per value, never the value of a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'config.invalid';

  constructor(readonly problems: readonly string[]) {
    super(['The configuration does not fit:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable set to nothing counts as absent, as compose files and CI systems leave them. */
export function givenVariables(env: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  );
}

/**
 * @param otherProblems of the same start, told in the same message.
 * @throws ConfigError listing every value that does not fit
 */
export function readEnvironment<Output>(
  schema: z.ZodType<Output>,
  env: Environment,
  otherProblems: readonly string[] = [],
): Output {
  const parsed = schema.safeParse(givenVariables(env));
  const own = parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  if (!parsed.success || otherProblems.length > 0) throw new ConfigError([...own, ...otherProblems]);
  return parsed.data;
}
