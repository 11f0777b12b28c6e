/** Configuration of the film world's data API. */
import type { ApiConfig } from '../src/api-config.js';

export const filmConfig: ApiConfig = {
  schemas: ['api'],
  extraSearchPath: ['public'],
  anonRole: 'anonymous',
  maxRows: undefined,
  aggregatesEnabled: true,
  planEnabled: false,
  preRequest: undefined,
  rootSpec: undefined,
  txEnd: 'commit',
  hoistedTxSettings: ['statement_timeout'],
  openApiMode: 'follow-privileges',
  openApiSecurityActive: false,
  openApiServerProxyUri: undefined,
  corsAllowedOrigins: undefined,
  serverTimingEnabled: false,
  traceHeader: undefined,
  useLegacyTargetNames: true,
  errorVerbosity: 'verbose',
  roleSettings: false,
  appSettings: {},
  statementTimeoutMs: undefined,
  publicPathPrefix: '',
};
