/** A key set could not be fetched or cannot be used; the message says why, in words for the person who gave the URL. */

/** What stands behind the code: `jwks.<reason>`. */
export type JwksFetchReason =
  /** The URL itself: scheme, credentials, shape. */
  | 'url-not-allowed'
  /** The host has an address that this process must not call. */
  | 'address-not-allowed'
  /** No such host, nobody listening, TLS refused. */
  | 'unreachable'
  | 'timeout'
  /** It answered, but not with a usable key set. */
  | 'bad-answer';

export class JwksFetchError extends Error {
  override readonly name = 'JwksFetchError';
  readonly code: `jwks.${JwksFetchReason}`;

  constructor(
    readonly reason: JwksFetchReason,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = `jwks.${reason}`;
  }
}
