/**
 * In-database configuration: what a database says of its data API (names as settings, values as text) over an ApiConfig.
 * It may not say how tokens are verified, nor set what PostgREST does not have (decision 15).
 *
 * @see https://docs.postgrest.org/en/v16/references/configuration.html#in-database-configuration
 */
import type { ApiConfig } from './api-config.js';

/** undefined where the text is no such value: the setting then stays as it was. */
type Reader<V> = (text: string) => { readonly value: V } | undefined;

type Override = (text: string) => Partial<ApiConfig> | undefined;

const overrides: ReadonlyMap<string, Override> = new Map<string, Override>([
  ['db_schemas', to('schemas', exposedSchemas)],
  ['db_anon_role', to('anonRole', optionalText)],
  ['db_extra_search_path', to('extraSearchPath', list)],
  ['db_max_rows', to('maxRows', optionalCount)],
  ['db_aggregates_enabled', to('aggregatesEnabled', flag)],
  ['db_plan_enabled', to('planEnabled', flag)],
  ['db_pre_request', to('preRequest', optionalText)],
  ['db_root_spec', to('rootSpec', optionalText)],
  ['db_tx_end', to('txEnd', oneOf(['commit', 'commit-allow-override', 'rollback', 'rollback-allow-override']))],
  ['db_hoisted_tx_settings', to('hoistedTxSettings', list)],
  ['openapi_mode', to('openApiMode', oneOf(['follow-privileges', 'ignore-privileges', 'disabled']))],
  ['openapi_security_active', to('openApiSecurityActive', flag)],
  ['openapi_server_proxy_uri', to('openApiServerProxyUri', optionalAddress)],
  ['server_cors_allowed_origins', to('corsAllowedOrigins', optionalList)],
  ['server_timing_enabled', to('serverTimingEnabled', flag)],
  ['server_trace_header', to('traceHeader', optionalText)],
  ['url_use_legacy_target_names', to('useLegacyTargetNames', flag)],
  ['client_error_verbosity', to('errorVerbosity', oneOf(['verbose', 'minimal']))],
]);

/** Settings that a database may have a say in. */
export const databaseSettingNames: readonly string[] = [...overrides.keys()];

/** @returns the configuration in force, and the names whose values are no such values */
export function withDatabaseSettings(
  config: ApiConfig,
  settings: ReadonlyMap<string, string>,
): { readonly config: ApiConfig; readonly invalid: readonly string[] } {
  const invalid: string[] = [];
  const changes = [...settings].map(([name, text]) => {
    const change = overrides.get(name)?.(text);
    if (change === undefined) invalid.push(name);
    return change ?? {};
  });
  return { config: changes.reduce<ApiConfig>((merged, change) => ({ ...merged, ...change }), config), invalid };
}

function to<K extends keyof ApiConfig>(key: K, read: Reader<ApiConfig[K]>): Override {
  return (text) => {
    const found = read(text);
    if (found === undefined) return undefined;
    const change: Partial<Pick<ApiConfig, K>> = {};
    change[key] = found.value;
    return change;
  };
}

function optionalText(text: string): { readonly value: string | undefined } {
  return { value: text === '' ? undefined : text };
}

function optionalAddress(text: string): { readonly value: string | undefined } | undefined {
  const isAddress = /^https?:\/\/[^/?#@]+(\/[^?#]*)?$/i.test(text) && URL.canParse(text);
  return text === '' || isAddress ? optionalText(text) : undefined;
}

function list(text: string): { readonly value: readonly string[] } {
  return {
    value: text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  };
}

function nonEmptyList(text: string): { readonly value: readonly string[] } | undefined {
  const found = list(text);
  return found.value.length === 0 ? undefined : found;
}

const systemSchemas: readonly string[] = ['pg_catalog', 'information_schema'];

function exposedSchemas(text: string): { readonly value: readonly string[] } | undefined {
  const found = nonEmptyList(text);
  return found?.value.some((schema) => systemSchemas.includes(schema)) === true ? undefined : found;
}

function optionalList(text: string): { readonly value: readonly string[] | undefined } {
  return nonEmptyList(text) ?? { value: undefined };
}

function optionalCount(text: string): { readonly value: number | undefined } | undefined {
  if (text === '') return { value: undefined };
  return /^\d{1,15}$/.test(text) ? { value: Number(text) } : undefined;
}

/** As PostgREST: true and false in any case, or a number, which is true above 0. */
function flag(text: string): { readonly value: boolean } | undefined {
  if (/^(true|false)$/i.test(text)) return { value: text.toLowerCase() === 'true' };
  return /^-?\d+$/.test(text) ? { value: Number(text) > 0 } : undefined;
}

function oneOf<V extends string>(allowed: readonly V[]): Reader<V> {
  return (text) => {
    const value = allowed.find((one) => one === text);
    return value === undefined ? undefined : { value };
  };
}
