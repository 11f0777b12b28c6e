/**
 * Settings of one data API, in the snake_case spelling of PostgREST's options: one schema, two sets of defaults.
 * A setting that is absent has its default; one that is `null` is unset.
 *
 * @see https://docs.postgrest.org/en/v16/references/configuration.html
 */
import { z } from 'zod';

/** Takes a JSON array of texts or PostgREST's comma-separated text. */
const textList = z.union([z.array(z.string().min(1)), z.string().transform(itemsOf)]);

/** An empty text leaves the setting unset, as in PostgREST. */
const optionalText = z
  .string()
  .transform((text) => (text === '' ? null : text))
  .nullable();

/** As `textList`; a text that names no origin leaves the setting unset, as in PostgREST. */
const originList = z.union([
  z.array(z.string().min(1)),
  z.string().transform((text) => {
    const origins = itemsOf(text);
    return origins.length === 0 ? null : origins;
  }),
]);

function itemsOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

const positiveInteger = z.int().positive();

export const rateLimitSchema = z.strictObject({
  /** Steady rate, requests per second. */
  requests_per_second: z.number().positive(),
  /** Requests that may come at once before the steady rate applies. */
  burst: positiveInteger,
});

const fields = {
  db_schemas: textList.refine((schemas) => schemas.length > 0, 'at least one schema is needed'),
  db_anon_role: optionalText,
  db_extra_search_path: textList,
  db_max_rows: z.int().nonnegative().nullable(),
  db_aggregates_enabled: z.boolean(),
  db_plan_enabled: z.boolean(),
  db_pre_request: optionalText,
  db_root_spec: optionalText,
  db_tx_end: z.enum(['commit', 'commit-allow-override', 'rollback', 'rollback-allow-override']),
  db_hoisted_tx_settings: textList,
  db_prepared_statements: z.boolean(),
  jwt_role_claim_key: z.string().min(1),
  /** Seconds a verified token is remembered at most; null means until it expires, 0 means never. */
  jwt_cache_max_lifetime: z.int().nonnegative().nullable(),
  openapi_mode: z.enum(['follow-privileges', 'ignore-privileges', 'disabled']),
  openapi_security_active: z.boolean(),
  openapi_server_proxy_uri: optionalText,
  /** null means every origin, an empty array none. */
  server_cors_allowed_origins: originList.nullable(),
  server_timing_enabled: z.boolean(),
  server_trace_header: optionalText,
  url_use_legacy_target_names: z.boolean(),
  client_error_verbosity: z.enum(['verbose', 'minimal']),
  app_settings: z.record(z.string(), z.string()),
  /** Whether the database has a say. null: not in its configuration, but the settings of a request's role apply. */
  db_config: z.boolean().nullable(),
  db_pre_config: optionalText,
  db_channel: z.string().min(1),
  db_channel_enabled: z.boolean(),
  pool_size: positiveInteger.max(1000),
  /** Milliseconds one statement may take; null means as the database says. */
  statement_timeout_ms: positiveInteger.nullable(),
  max_body_bytes: positiveInteger,
  /** null means no cap. */
  max_response_bytes: positiveInteger.nullable(),
  /** To-many embeds within one another; null means no limit. */
  max_to_many_depth: positiveInteger.nullable(),
  /** null means no limit. */
  rate_limit: rateLimitSchema.nullable(),
  /** Of one proxy process; null means no limit. */
  max_concurrent_requests: positiveInteger.nullable(),
  /** false refuses requests without a token; a token without a role claim still runs as db_anon_role (decision 7). */
  allow_anonymous: z.boolean(),
};

const defaultMaxConcurrentRequests = 1000;
/** Three rows for each would be half a million for one row of the top level. */
const defaultMaxToManyDepth = 12;

/** Every setting with its value: what a snapshot carries. Later ones have defaults, for control planes and copies that lack them. */
export const settingsSchema = z.strictObject({
  ...fields,
  max_concurrent_requests: fields.max_concurrent_requests.default(defaultMaxConcurrentRequests),
  max_to_many_depth: fields.max_to_many_depth.default(defaultMaxToManyDepth),
});
export type DataApiSettings = z.infer<typeof settingsSchema>;

/** What a user may write: any subset. An unknown name is an issue that names it. */
export const settingsInputSchema = z.strictObject(fields).partial();
export type DataApiSettingsInput = z.infer<typeof settingsInputSchema>;

/** What a user may not expose: PostgREST does not start with them. */
const systemSchemas: readonly string[] = ['pg_catalog', 'information_schema'];

/** What is wrong with the value of `db_schemas`; undefined when it may be so. */
function exposedSchemasProblem(schemas: readonly string[]): string | undefined {
  const found = schemas.find((schema) => systemSchemas.includes(schema));
  return found === undefined ? undefined : `'${found}' is PostgreSQL's own schema and cannot be exposed`;
}

/**
 * What is wrong with the value of `openapi_server_proxy_uri`; undefined when it may be so.
 *
 * @see https://docs.postgrest.org/en/v16/references/configuration.html#openapi-server-proxy-uri
 */
export function proxyUriProblem(uri: string): string | undefined {
  const { username, password, port } = URL.canParse(uri) ? new URL(uri) : { username: 'none', password: '', port: '' };
  const isPlain = /^https?:\/\/[^/?#]+[^?#]*$/i.test(uri) && username === '' && password === '' && port !== '0';
  return isPlain ? undefined : 'an address is like https://api.example.org:8443/base, without user, query and fragment';
}

/** Values that have their type and could not be used, as issues. For who writes settings, not for who reads kept ones. */
export function refuseUnusable(settings: DataApiSettingsInput, context: z.RefinementCtx): void {
  const { db_schemas: schemas = [], openapi_server_proxy_uri: proxyUri } = settings;
  const problems = {
    db_schemas: exposedSchemasProblem(schemas),
    openapi_server_proxy_uri: typeof proxyUri === 'string' ? proxyUriProblem(proxyUri) : undefined,
  };
  for (const [name, problem] of Object.entries(problems)) {
    if (problem !== undefined) context.addIssue({ code: 'custom', path: [name], message: problem });
  }
}

const MEBIBYTE = 1024 * 1024;

/** Defaults of a tenants file: PostgREST 16's, in-database configuration and the listener off (decision 7). */
export const postgrestDefaults: DataApiSettings = {
  db_schemas: ['public'],
  db_anon_role: null,
  db_extra_search_path: ['public'],
  db_max_rows: null,
  db_aggregates_enabled: false,
  db_plan_enabled: false,
  db_pre_request: null,
  db_root_spec: null,
  db_tx_end: 'commit',
  db_hoisted_tx_settings: ['statement_timeout', 'plan_filter.statement_cost_limit', 'default_transaction_isolation'],
  db_prepared_statements: true,
  jwt_role_claim_key: '.role',
  jwt_cache_max_lifetime: null,
  openapi_mode: 'follow-privileges',
  openapi_security_active: false,
  openapi_server_proxy_uri: null,
  server_cors_allowed_origins: null,
  server_timing_enabled: false,
  server_trace_header: null,
  url_use_legacy_target_names: true,
  client_error_verbosity: 'verbose',
  app_settings: {},
  db_config: null,
  db_pre_config: null,
  db_channel: 'pgrst',
  db_channel_enabled: false,
  pool_size: 10,
  statement_timeout_ms: null,
  max_body_bytes: 10 * MEBIBYTE,
  max_response_bytes: null,
  max_to_many_depth: defaultMaxToManyDepth,
  rate_limit: null,
  max_concurrent_requests: defaultMaxConcurrentRequests,
  allow_anonymous: true,
};

/** Defaults of a data API enabled through the control plane, as the contract's clients expect them. */
export const controlPlaneDefaults: DataApiSettings = {
  ...postgrestDefaults,
  db_anon_role: 'anonymous',
  db_extra_search_path: [],
  db_aggregates_enabled: true,
  openapi_mode: 'disabled',
};

/** Fills what `input` leaves out. A null for a setting that cannot be unset is refused by the input schema already. */
export function resolveSettings(input: DataApiSettingsInput, defaults: DataApiSettings): DataApiSettings {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  return settingsSchema.parse({ ...defaults, ...given });
}
