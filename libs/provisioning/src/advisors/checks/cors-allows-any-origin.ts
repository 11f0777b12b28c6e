/** Finds: every web page may call the API. */
import type { ConfigurationCheck } from '../advisor-check.js';

export const corsAllowsAnyOrigin: ConfigurationCheck = {
  kind: 'configuration',
  name: 'cors_allows_any_origin',
  title: 'Every web page may call the API',
  level: 'WARN',
  category: 'SECURITY',
  description: 'CORS allows all origins: a page of anybody can call the API from the browsers of your users.',
  find: (configuration) =>
    configuration.corsAllowedOrigins === null || configuration.corsAllowedOrigins.includes('*')
      ? {
          detail: 'server_cors_allowed_origins is not set, so every origin is allowed',
          fix: 'PATCH the data API as application/merge-patch+json with {"settings": {"server_cors_allowed_origins": "https://your.app"}}',
        }
      : undefined,
};
