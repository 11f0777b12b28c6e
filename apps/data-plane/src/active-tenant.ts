/**
 * What the rooms behind tenancy need of a snapshot, derived once per snapshot: the engine's configuration, the
 * connection, the limits. A data API that cannot serve yet is refused here.
 */
import type { DataApiSettings, TenantSnapshot } from '@perch/contract';
import { PlanCache, type ApiConfig } from '@perch/engine';
import type { TenantConnection } from '@perch/postgres';
import { edgeError } from './edge-catalogue.js';
import type { Share } from './workers/share.js';

export interface ActiveTenant {
  readonly key: string;
  readonly version: number;
  readonly snapshot: TenantSnapshot;
  readonly connection: TenantConnection;
  readonly api: ApiConfig;
  /** Of this tenant alone. */
  readonly plans: PlanCache;
}

/** A client may write the same prefix in many percent-encodings; so many configurations are kept per snapshot. */
const maxPrefixes = 8;

export class ActiveTenants {
  readonly #bySnapshot = new WeakMap<TenantSnapshot, Map<string, ActiveTenant>>();

  /** @param share what this process may use of the connections of a data API. */
  constructor(private readonly share: Share = (whole) => whole) {}

  /**
   * @param prefix what stands before the dialect's path in the URL of this request.
   * @throws EngineError PERCH003 while provisioning, PERCH004 when that failed
   */
  of(snapshot: TenantSnapshot, prefix: string): ActiveTenant {
    let byPrefix = this.#bySnapshot.get(snapshot);
    if (byPrefix === undefined) {
      byPrefix = new Map();
      this.#bySnapshot.set(snapshot, byPrefix);
    }
    const known = byPrefix.get(prefix);
    if (known !== undefined) return known;
    const tenant = activeTenant(snapshot, prefix, this.share);
    if (byPrefix.size < maxPrefixes) byPrefix.set(prefix, tenant);
    return tenant;
  }
}

function activeTenant(snapshot: TenantSnapshot, prefix: string, share: Share): ActiveTenant {
  const { key, version, status, settings, database_url: databaseUrl } = snapshot;
  if (status === 'provisioning') throw edgeError('PERCH003');
  if (status === 'error' || databaseUrl === null) throw edgeError('PERCH004');
  const api = apiConfigOf(settings, prefix);
  return Object.freeze({
    key,
    version,
    snapshot,
    connection: Object.freeze({
      key,
      version,
      databaseUrl,
      poolSize: share(settings.pool_size),
      prepare: settings.db_prepared_statements,
    }),
    api,
    plans: new PlanCache(api),
  });
}

export function apiConfigOf(settings: DataApiSettings, publicPathPrefix: string): ApiConfig {
  return Object.freeze({
    schemas: settings.db_schemas,
    extraSearchPath: settings.db_extra_search_path,
    anonRole: settings.db_anon_role ?? undefined,
    maxRows: settings.db_max_rows ?? undefined,
    aggregatesEnabled: settings.db_aggregates_enabled,
    planEnabled: settings.db_plan_enabled,
    preRequest: settings.db_pre_request ?? undefined,
    rootSpec: settings.db_root_spec ?? undefined,
    txEnd: settings.db_tx_end,
    hoistedTxSettings: settings.db_hoisted_tx_settings,
    openApiMode: settings.openapi_mode,
    openApiSecurityActive: settings.openapi_security_active,
    openApiServerProxyUri: settings.openapi_server_proxy_uri ?? undefined,
    corsAllowedOrigins: settings.server_cors_allowed_origins ?? undefined,
    serverTimingEnabled: settings.server_timing_enabled,
    traceHeader: settings.server_trace_header ?? undefined,
    useLegacyTargetNames: settings.url_use_legacy_target_names,
    errorVerbosity: settings.client_error_verbosity,
    // As in PostgREST, where `db-config` is on unless somebody turns it off.
    roleSettings: settings.db_config !== false,
    appSettings: settings.app_settings,
    statementTimeoutMs: settings.statement_timeout_ms ?? undefined,
    maxToManyDepth: settings.max_to_many_depth ?? undefined,
    maxResponseBytes: settings.max_response_bytes ?? undefined,
    publicPathPrefix,
  });
}
