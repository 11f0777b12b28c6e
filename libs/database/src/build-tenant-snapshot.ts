/** Rows of one data API in, the document the fleet gets out. Pure. */
import { controlPlaneDefaults, resolveSettings, tenantKey, type TenantSnapshot } from '@perch/contract';
import type { DataApi } from './data-api.js';
import type { Endpoint } from './endpoint.js';

export interface TenantRows {
  readonly dataApi: DataApi;
  readonly endpoint: Pick<Endpoint, 'host' | 'port'>;
  /** The URL a user attached; undefined for a local branch. */
  readonly attachedUrl: string | undefined;
  readonly loginPassword: string;
}

export function buildTenantSnapshot(rows: TenantRows): TenantSnapshot {
  const { dataApi } = rows;
  return {
    format: 1,
    key: tenantKey({ endpointId: dataApi.endpointId, database: dataApi.databaseName }),
    version: dataApi.version,
    hostnames: [],
    path_prefix: `/${encodeURIComponent(dataApi.databaseName)}/rest/v1`,
    status: dataApi.status,
    database_url: dataApi.status === 'active' ? loginUrl(rows) : null,
    settings: resolveSettings(dataApi.settings, controlPlaneDefaults),
    jwt: {
      secret: null,
      secret_is_base64: false,
      jwks: dataApi.jwks ?? { keys: [] },
      audience: dataApi.audience,
      audience_required: dataApi.audienceRequired,
      issuer: dataApi.issuer,
    },
  };
}

/** The connection of the login role. An attached URL keeps its parameters (TLS among them), so that they are the user's. */
function loginUrl({ dataApi, endpoint, attachedUrl, loginPassword }: TenantRows): string {
  const url = new URL(attachedUrl ?? `postgresql://${endpoint.host}:${endpoint.port}`);
  url.username = encodeURIComponent(dataApi.loginRole);
  url.password = encodeURIComponent(loginPassword);
  url.pathname = `/${encodeURIComponent(dataApi.databaseName)}`;
  return url.href;
}
