export {
  branchIdPattern,
  endpointIdPattern,
  idPattern,
  projectIdPattern,
  tenantKey,
  type TenantAddress,
} from './ids.js';
export {
  controlPlaneDefaults,
  postgrestDefaults,
  rateLimitSchema,
  resolveSettings,
  refuseUnusable,
  settingsInputSchema,
  settingsSchema,
  type DataApiSettings,
  type DataApiSettingsInput,
} from './settings.js';
export {
  jwkSchema,
  jwksSchema,
  jwtConfigSchema,
  tenantSnapshotSchema,
  tenantStatusSchema,
  type Jwk,
  type Jwks,
  type JwtConfig,
  type TenantSnapshot,
} from './tenant-snapshot.js';
export {
  tenantsFileEntrySchema,
  tenantsFileJwtSchema,
  tenantsFileSchema,
  type TenantsFileEntry,
} from './tenants-file.js';
export {
  changeSequenceHeader,
  fleetApiPaths,
  fleetEventNames,
  resyncSchema,
  tenantChangeSchema,
  type TenantChange,
} from './fleet-api.js';
export { runOperationJobSchema, type RunOperationJob } from './jobs.js';
export {
  ConfigError,
  givenVariables,
  portsFrom,
  readEnvironment,
  sharedEnvironment,
  type Environment,
  type PerchPorts,
  tracingEnvironment,
  tracingFrom,
  type TracingConfig,
} from './environment.js';
