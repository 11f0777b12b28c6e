export { deprovision, deprovisionGroup, type Deprovisioned } from './deprovision.js';
export { mayPass, ProvisioningError, type ProvisioningFailure } from './provisioning-error.js';
export {
  anonymousGroup,
  authenticatedGroup,
  groupRoleName,
  type ProvisioningConnections,
  type ProvisioningFindings,
  type ProvisioningSpec,
  type UnprotectedTable,
} from './provisioning-spec.js';
export { readDatabaseExposure, type DatabaseExposure } from './read-database-exposure.js';
export { createLogin, provisioningSteps, runProvisioning, type StepReport } from './run-provisioning.js';
export type { AdvisedConfiguration, AdvisorFinding, AdvisorScope } from './advisors/advisor-check.js';
export { runConfigurationAdvisors, runDatabaseAdvisors } from './advisors/run-advisors.js';
export { dumpSchema } from './schema-dump/dump-schema.js';
