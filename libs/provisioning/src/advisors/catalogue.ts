/** The closed list of checks, in the order in which issues are told. */
import type { AdvisorCheck } from './advisor-check.js';
import { anonymousCanWrite } from './checks/anonymous-can-write.js';
import { authRlsInitplan } from './checks/auth-rls-initplan.js';
import { corsAllowsAnyOrigin } from './checks/cors-allows-any-origin.js';
import { databaseOpenToOtherLogins } from './checks/database-open-to-other-logins.js';
import { duplicateIndex } from './checks/duplicate-index.js';
import { extensionInPublic } from './checks/extension-in-public.js';
import { extensionVersionsOutdated } from './checks/extension-versions-outdated.js';
import { fkToNeonAuthUniqueConstraint } from './checks/fk-to-neon-auth-unique-constraint.js';
import { foreignTableInApi } from './checks/foreign-table-in-api.js';
import { functionSearchPathMutable } from './checks/function-search-path-mutable.js';
import { jwtAudienceMissing } from './checks/jwt-audience-missing.js';
import { materializedViewInApi } from './checks/materialized-view-in-api.js';
import { multiplePermissivePolicies } from './checks/multiple-permissive-policies.js';
import { neonAuthUsersExposed } from './checks/neon-auth-users-exposed.js';
import { noPrimaryKey } from './checks/no-primary-key.js';
import { policyExistsRlsDisabled } from './checks/policy-exists-rls-disabled.js';
import { rlsDisabledInPublic } from './checks/rls-disabled-in-public.js';
import { rlsEnabledNoPolicy } from './checks/rls-enabled-no-policy.js';
import { rlsPolicyAlwaysTrue } from './checks/rls-policy-always-true.js';
import { rlsReferencesNeonAuthMetadata } from './checks/rls-references-neon-auth-metadata.js';
import { roleBypassesRls } from './checks/role-bypasses-rls.js';
import { rowsUnlimited } from './checks/rows-unlimited.js';
import { securityDefinerView } from './checks/security-definer-view.js';
import { sensitiveColumnsExposed } from './checks/sensitive-columns-exposed.js';
import { tableBloat } from './checks/table-bloat.js';
import { unindexedForeignKeys } from './checks/unindexed-foreign-keys.js';
import { unsupportedRegTypes } from './checks/unsupported-reg-types.js';
import { unusedIndex } from './checks/unused-index.js';

export const advisorChecks: readonly AdvisorCheck[] = Object.freeze([
  rlsDisabledInPublic,
  policyExistsRlsDisabled,
  sensitiveColumnsExposed,
  securityDefinerView,
  neonAuthUsersExposed,
  rlsReferencesNeonAuthMetadata,
  fkToNeonAuthUniqueConstraint,
  rlsPolicyAlwaysTrue,
  functionSearchPathMutable,
  extensionInPublic,
  extensionVersionsOutdated,
  materializedViewInApi,
  foreignTableInApi,
  unsupportedRegTypes,
  rlsEnabledNoPolicy,
  authRlsInitplan,
  multiplePermissivePolicies,
  duplicateIndex,
  unindexedForeignKeys,
  unusedIndex,
  noPrimaryKey,
  tableBloat,
  roleBypassesRls,
  anonymousCanWrite,
  databaseOpenToOtherLogins,
  jwtAudienceMissing,
  corsAllowsAnyOrigin,
  rowsUnlimited,
]);
