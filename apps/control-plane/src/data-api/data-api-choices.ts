/** What a request to enable means: its words together, the defaults of the compute, the key set fetched once. */
import type { DataApiChoices, Project, ProjectJwks } from '@perch/database';
import { failure } from '../error/control-plane-error.js';
import type { JwksSource } from '../jwks/jwks-source.js';
import type { EnableDataApi } from './data-api.dto.js';

/** @throws data-api.managed-auth-unavailable, data-api.jwks-url-needed, data-api.audiences-differ, jwks.unusable */
export async function readChoices(
  input: EnableDataApi,
  compute: Project['compute'],
  jwksSource: JwksSource,
  inForce: ProjectJwks | undefined,
): Promise<DataApiChoices> {
  if (input.auth_provider === 'neon_auth' || input.auth_provider === 'managed') {
    throw failure('data-api.managed-auth-unavailable');
  }
  if (input.auth_provider === 'external' && input.jwks_url === undefined) throw failure('data-api.jwks-url-needed');
  const { jwt_audience: audience, jwks_audience: alias } = input;
  if (audience !== undefined && alias !== undefined && audience !== alias) throw failure('data-api.audiences-differ');
  // Without a provider of its own it has the project's or branch's, if there is one.
  const inherited = input.jwks_url === undefined ? inForce : undefined;
  const jwksUrl = input.jwks_url ?? inherited?.jwksUrl;
  const jwks = jwksUrl === undefined ? null : await jwksSource.fetchGiven(jwksUrl);
  return {
    settings: input.settings ?? {},
    provider: jwksUrl === undefined ? null : 'external',
    providerName: inherited?.providerName ?? input.provider_name ?? null,
    jwksUrl: jwksUrl ?? null,
    jwksId: inherited?.id ?? null,
    jwks,
    audience: audience ?? alias ?? inherited?.audience ?? null,
    audienceRequired: input.jwt_audience_required ?? true,
    issuer: input.jwt_issuer ?? null,
    addDefaultGrants: input.add_default_grants ?? false,
    // An existing database must not become public unasked (decision 2).
    addAnonymousGrants: input.add_anonymous_grants ?? compute === 'local',
    skipAuthSchema: input.skip_auth_schema ?? false,
  };
}
