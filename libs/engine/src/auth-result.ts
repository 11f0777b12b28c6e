/** Who a request runs as: what authentication found, and all the engine ever learns of the token. */
export interface AuthResult {
  /** Database role to switch to. */
  readonly role: string;
  /** JSON text for `request.jwt.claims`: the verified claims with `role` forced in, or `{"role": <anonymous role>}`. */
  readonly claimsJson: string;
  /** true when the role is the anonymous one because no token was sent. */
  readonly anonymous: boolean;
}
