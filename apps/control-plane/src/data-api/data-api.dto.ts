/** Data APIs as the contract writes them. Our own fields only stand beside those of the contract. */
import { controlPlaneDefaults, type DataApiSettingsInput } from '@perch/contract';
import type { DataApi, DataApiReport } from '@perch/database';
import { z } from 'zod';
import { dataApiSettingsSchema } from './data-api-settings.dto.js';

/** The user's words are checked here; what they mean together is decided by data-api-choices.ts. */
export const enableDataApiSchema = z.strictObject({
  /** The older form of the path has the database here. */
  database_name: z.string().min(1).optional(),
  auth_provider: z.enum(['neon_auth', 'managed', 'external']).optional(),
  jwks_url: z.url().max(2048).optional(),
  provider_name: z.string().trim().min(1).max(256).optional(),
  jwt_audience: z.string().min(1).max(1024).optional(),
  jwks_audience: z.string().min(1).max(1024).optional(),
  jwt_audience_required: z.boolean().optional(),
  jwt_issuer: z.string().min(1).max(1024).optional(),
  add_default_grants: z.boolean().optional(),
  add_anonymous_grants: z.boolean().optional(),
  skip_auth_schema: z.boolean().optional(),
  settings: dataApiSettingsSchema.nullish(),
});
export type EnableDataApi = z.infer<typeof enableDataApiSchema>;

/** As application/json: settings replace all there are. */
export const replaceSettingsSchema = z.strictObject({ settings: dataApiSettingsSchema.nullish() });

/** As application/merge-patch+json: read further after merging (RFC 7396), since null means 'remove' until then. */
export const mergeSettingsSchema = z.strictObject({ settings: z.record(z.string(), z.unknown()).nullish() });

export interface DataApiView {
  readonly dataApi: DataApi;
  readonly url: string;
  /** The report of provisioning with what a look into the database just now says. */
  readonly report: DataApiReport;
}

/** What POST answers. */
export function toEnabledBody({ dataApi, url }: DataApiView) {
  return { url, status: dataApi.status, ...toFailure(dataApi) };
}

export function toDataApiBody(view: DataApiView) {
  const { dataApi, url, report } = view;
  return {
    url,
    status: dataApi.status,
    settings: toSettingsBody(dataApi.settings),
    available_schemas: report.available_schemas.length === 0 ? null : report.available_schemas,
    database_name: dataApi.databaseName,
    endpoint_id: dataApi.endpointId,
    auth_provider: dataApi.provider,
    provider_name: dataApi.providerName,
    jwks_url: dataApi.jwksUrl,
    jwks_fetched_at: dataApi.jwksFetchedAt?.toISOString() ?? null,
    jwks_error: dataApi.jwksError,
    jwt_audience: dataApi.audience,
    jwt_audience_required: dataApi.audienceRequired,
    jwt_issuer: dataApi.issuer,
    add_default_grants: dataApi.addDefaultGrants,
    add_anonymous_grants: dataApi.addAnonymousGrants,
    skip_auth_schema: dataApi.skipAuthSchema,
    ...toFailure(dataApi),
    security: toSecurityBody(report),
    created_at: dataApi.createdAt.toISOString(),
    updated_at: dataApi.updatedAt.toISOString(),
  };
}

function toFailure(dataApi: DataApi) {
  return dataApi.lastError === null ? {} : { error: dataApi.lastError };
}

/** The settings that clients of the contract expect are always there; the rest when a user set them. */
function toSettingsBody(settings: DataApiSettingsInput) {
  const { db_aggregates_enabled, db_anon_role, db_schemas, jwt_role_claim_key } = controlPlaneDefaults;
  const shown = { db_aggregates_enabled, db_anon_role, db_schemas, jwt_role_claim_key, ...settings };
  return {
    ...shown,
    // Lists by our schema, comma-separated texts by the contract's.
    ...(shown.db_extra_search_path !== undefined && { db_extra_search_path: shown.db_extra_search_path.join(', ') }),
    ...(shown.server_cors_allowed_origins && {
      server_cors_allowed_origins: shown.server_cors_allowed_origins.join(', '),
    }),
  };
}

/** Publicly accessible is what requests reach with no policy in between: without a token, or with any token there is. */
function toSecurityBody(report: DataApiReport) {
  const unprotected = report.unprotected_tables;
  return {
    publicly_accessible_tables: unprotected.map(({ schema, name }) => `${schema}.${name}`),
    tables_without_row_security: unprotected,
    skipped_grants: report.skipped_grants,
    notes: report.notes,
    schema_changes: report.schema_version,
  };
}
