/** What a request to enable means: its words together, the defaults of the compute, the key set fetched once. */
import type { DataApiChoices, Project } from '@perch/database';
import { failure } from '../error/control-plane-error.js';
import type { JwksSource } from '../jwks/jwks-source.js';
import type { EnableDataApi } from './data-api.dto.js';

/** @throws data-api.managed-auth-unavailable, data-api.jwks-url-needed, data-api.audiences-differ, jwks.unusable */
export async function readChoices(
  input: EnableDataApi,
  compute: Project['compute'],
  jwksSource: JwksSource,
): Promise<DataApiChoices> {
  if (input.auth_provider === 'neon_auth' || input.auth_provider === 'managed') {
    throw failure('data-api.managed-auth-unavailable');
  }
  if (input.auth_provider === 'external' && input.jwks_url === undefined) throw failure('data-api.jwks-url-needed');
  const { jwt_audience: audience, jwks_audience: alias } = input;
  if (audience !== undefined && alias !== undefined && audience !== alias) throw failure('data-api.audiences-differ');
  const jwks = input.jwks_url === undefined ? null : await jwksSource.fetchGiven(input.jwks_url);
  return {
    settings: input.settings ?? {},
    provider: input.jwks_url === undefined ? null : 'external',
    providerName: input.provider_name ?? null,
    jwksUrl: input.jwks_url ?? null,
    jwks,
    audience: audience ?? alias ?? null,
    audienceRequired: input.jwt_audience_required ?? true,
    issuer: input.jwt_issuer ?? null,
    addDefaultGrants: input.add_default_grants ?? false,
    // An existing database must not become public unasked (decision 2).
    addAnonymousGrants: input.add_anonymous_grants ?? compute === 'local',
    skipAuthSchema: input.skip_auth_schema ?? false,
  };
}
