export { createDatabase, type Database, type DatabaseOptions } from './client.js';
export { acceptRestore, type AcceptedRestore } from './accept-restore.js';
export { applyMigrations } from './apply-migrations.js';
export { DatabaseError, type DatabaseErrorCode } from './database-error.js';
export { createSecretBox, type SecretBox, type SecretPlace } from './secret-box.js';
export { metadataChannels, type MetadataChannel, type MetadataEvents } from './metadata-events.js';
export { ApiKeyRepository, type ApiKey, type NewApiKey } from './api-key.repository.js';
export {
  AuditRepository,
  type AuditEntry,
  type AuditPage,
  type AuditResult,
  type AuditTarget,
  type NewAuditEntry,
} from './audit.repository.js';
export {
  ProjectRepository,
  type CreatedProject,
  type NewProject,
  type Project,
  type ProjectPage,
} from './project.repository.js';
export type { BranchConnection } from './branch-connection.js';
export { DataApiLoginRepository, type Login } from './data-api-login.repository.js';
export type { Branch, BranchChange, BranchDatabase, CreatedBranch, Expiry, NewBranch } from './branch.js';
export { BranchLifecycleRepository } from './branch-lifecycle.repository.js';
export { BranchRepository } from './branch.repository.js';
export type { Endpoint, EndpointSettings, NewEndpoint, RequestedEndpoint } from './endpoint.js';
export { EndpointRepository } from './endpoint.repository.js';
export { ProjectJwksRepository, type NewProjectJwks, type ProjectJwks } from './project-jwks.repository.js';
export { RoleRepository, type NewRole, type Role } from './role.repository.js';
export { BranchContentsRepository, type BranchAddress } from './branch-contents.repository.js';
export { contentChangeSchema, type ContentChange } from './content-change.js';
export { BranchDatabaseRepository } from './branch-database.repository.js';
export {
  isFinished,
  operationInputSchema,
  operationStepSchema,
  unfinishedStatuses,
  type Operation,
  type OperationInput,
  type OperationStep,
} from './operation.js';
export {
  OperationRepository,
  type NewOperation,
  type OperationClaim,
  type OperationPage,
} from './operation.repository.js';
export type { DataApi } from './data-api.js';
export { dataApiReportSchema, type DataApiReport } from './data-api-report.js';
export type { DataApiChoices, DataApiWithOperation, NewDataApi } from './data-api-rows.js';
export { DataApiJwksRepository } from './data-api-jwks.repository.js';
export { DataApiRepository } from './data-api.repository.js';
export { TenantRepository, type ChangesSince } from './tenant.repository.js';
