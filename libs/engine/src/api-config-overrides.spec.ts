import { filmConfig } from '../test/film-config.js';
import { databaseSettingNames, withDatabaseSettings } from './api-config-overrides.js';

describe('in-database configuration over an ApiConfig', () => {
  test.each([
    ['db_schemas', 'a, "B" ,c', { schemas: ['a', '"B"', 'c'] }],
    ['db_anon_role', 'guest', { anonRole: 'guest' }],
    ['db_anon_role', '', { anonRole: undefined }],
    ['db_extra_search_path', '', { extraSearchPath: [] }],
    ['db_max_rows', '30', { maxRows: 30 }],
    ['db_max_rows', '', { maxRows: undefined }],
    ['db_aggregates_enabled', 'FALSE', { aggregatesEnabled: false }],
    ['db_plan_enabled', '1', { planEnabled: true }],
    ['db_plan_enabled', '-1', { planEnabled: false }],
    ['db_plan_enabled', '0', { planEnabled: false }],
    ['db_pre_request', 'kit.check', { preRequest: 'kit.check' }],
    ['db_root_spec', 'root', { rootSpec: 'root' }],
    ['db_tx_end', 'rollback', { txEnd: 'rollback' }],
    ['db_hoisted_tx_settings', 'work_mem', { hoistedTxSettings: ['work_mem'] }],
    ['openapi_mode', 'disabled', { openApiMode: 'disabled' }],
    ['openapi_security_active', 'true', { openApiSecurityActive: true }],
    ['openapi_server_proxy_uri', 'https://x', { openApiServerProxyUri: 'https://x' }],
    ['openapi_server_proxy_uri', 'HTTP://x:8443/v1/', { openApiServerProxyUri: 'HTTP://x:8443/v1/' }],
    ['openapi_server_proxy_uri', '', { openApiServerProxyUri: undefined }],
    ['server_cors_allowed_origins', 'https://a,https://b', { corsAllowedOrigins: ['https://a', 'https://b'] }],
    ['server_cors_allowed_origins', '', { corsAllowedOrigins: undefined }],
    ['server_timing_enabled', 'true', { serverTimingEnabled: true }],
    ['server_trace_header', 'X-Id', { traceHeader: 'X-Id' }],
    ['url_use_legacy_target_names', 'false', { useLegacyTargetNames: false }],
    ['client_error_verbosity', 'minimal', { errorVerbosity: 'minimal' }],
  ])('%s = %j', (name, text, changes) => {
    expect(databaseSettingNames).toContain(name);
    expect(withDatabaseSettings(filmConfig, new Map([[name, text]]))).toEqual({
      config: { ...filmConfig, ...changes },
      invalid: [],
    });
  });

  test.each([
    ['db_schemas', ' , '],
    ['db_schemas', 'api, pg_catalog'],
    ['db_schemas', 'information_schema'],
    ['db_max_rows', 'many'],
    ['db_max_rows', '-1'],
    ['db_aggregates_enabled', 'yes'],
    ['db_tx_end', 'never'],
    ['openapi_server_proxy_uri', 'api.example.org'],
    ['openapi_server_proxy_uri', 'ftp://api.example.org'],
    ['openapi_server_proxy_uri', 'https://a@api.example.org'],
    ['openapi_server_proxy_uri', 'https://api.example.org:70000'],
    ['openapi_server_proxy_uri', 'https://api.example.org/?a'],
    ['jwt_role_claim_key', '.role'],
    ['pool_size', '1'],
    ['db_uri', 'postgres://elsewhere'],
  ])('%s = %j is named and changes nothing', (name, text) => {
    expect(withDatabaseSettings(filmConfig, new Map([[name, text]]))).toEqual({
      config: filmConfig,
      invalid: [name],
    });
  });
});
