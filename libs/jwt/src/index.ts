export { createAuthenticator, type Authenticator, type AuthenticatorOptions, type TenantAuth } from './authenticate.js';
export { compileRoleClaim, roleClaimKeyProblem, type FindRole } from './role-claim/role-claim.js';
export { RoleClaimKeyError } from './role-claim/role-claim-key-error.js';
export { fetchJwks, type FetchJwksOptions } from './jwks/fetch-jwks.js';
export { JwksFetchError, type JwksFetchReason } from './jwks/jwks-fetch-error.js';
export { createJwksWatcher, type JwksWatcher, type JwksWatcherOptions } from './jwks/jwks-watcher.js';
