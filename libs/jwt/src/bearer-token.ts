/** The Authorization header in, the bearer token out. */

/** The scheme in any case, then blanks; the token may be missing. */
const BEARER = /^bearer(?:[ \t]+|$)/i;

/** undefined when the header is absent or of another scheme: such a request has no token. Empty when only the token is missing. */
export function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  const scheme = BEARER.exec(authorization)?.[0];
  return scheme === undefined ? undefined : authorization.slice(scheme.length).trimEnd();
}
