export { createAuthenticator, type Authenticator, type AuthenticatorOptions, type TenantAuth } from './authenticate.js';
export { compileRoleClaim, type FindRole } from './role-claim/role-claim.js';
export { RoleClaimKeyError } from './role-claim/role-claim-key-error.js';
