/** `jwt_role_claim_key` cannot be read. */
export class RoleClaimKeyError extends Error {
  override readonly name = 'RoleClaimKeyError';
  readonly code = 'role-claim-key.invalid';

  constructor(
    readonly key: string,
    readonly reason: string,
  ) {
    super(`failed to parse role-claim-key value (${key}): ${reason}`);
  }
}
