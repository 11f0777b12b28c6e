/** Finds: no audience is asked of tokens. */
import type { ConfigurationCheck } from '../advisor-check.js';

export const jwtAudienceMissing: ConfigurationCheck = {
  kind: 'configuration',
  name: 'jwt_audience_missing',
  title: 'No audience is asked of tokens',
  level: 'WARN',
  category: 'SECURITY',
  description: 'A token that the same issuer made for another app is accepted here as well.',
  find: (configuration) =>
    configuration.hasProvider && configuration.audience === null
      ? {
          detail: 'Tokens of the provider are accepted for whatever audience they were made',
          fix: 'DELETE the provider at /projects/{project_id}/jwks/{id} and POST it again with "jwt_audience"; or enable the data API again with "jwt_audience"',
        }
      : undefined,
};
