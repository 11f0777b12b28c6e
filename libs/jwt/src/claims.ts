/**
 * The claims that decide whether a verified token counts now and here: `exp`, `nbf`, `iat`, `aud` and `iss`, in this order.
 *
 * @see https://docs.postgrest.org/en/v16/references/auth.html#jwt-claims-validation
 * @see https://www.rfc-editor.org/rfc/rfc7519#section-4.1
 */
import { engineError, type EngineError } from '@perch/engine';
import { isJsonArray, memberOf, type JsonObject, type JsonValue } from './json-value.js';

/** Clocks differ. */
const LEEWAY_SECONDS = 30;
const MAX_INT64 = 2 ** 63;

/** What a data API asks of its tokens beside a signature. */
export interface ClaimRules {
  readonly audience: string | undefined;
  /** false lets a token without an audience pass. */
  readonly audienceRequired: boolean;
  readonly issuer: string | undefined;
}

export const claimError = (reason: string): EngineError => engineError('PGRST303', { reason });

/**
 * Asked with every request, also for a token whose signature is remembered.
 *
 * @param nowSeconds since the epoch.
 * @throws EngineError PGRST303
 */
export function checkClaims(claims: JsonObject, rules: ClaimRules, nowSeconds: number): void {
  // Claims are whole seconds: what has just become exactly too old is not yet.
  const now = Math.floor(nowSeconds);
  const expires = timeClaim(claims, 'exp');
  if (expires !== undefined && expires + LEEWAY_SECONDS < now) throw claimError('JWT expired');
  const notBefore = timeClaim(claims, 'nbf');
  if (notBefore !== undefined && notBefore - LEEWAY_SECONDS > now) throw claimError('JWT not yet valid');
  const issuedAt = timeClaim(claims, 'iat');
  if (issuedAt !== undefined && issuedAt - LEEWAY_SECONDS > now) throw claimError('JWT issued at future');
  checkAudience(memberOf(claims, 'aud'), rules);
  if (rules.issuer !== undefined && memberOf(claims, 'iss') !== rules.issuer) throw claimError('JWT not from issuer');
}

/**
 * A time in whole seconds. What is no 64-bit integer counts as the epoch, as PostgREST has it, so that such an `exp` is over.
 * A fraction of `nbf` and `iat` is cut off instead: as the epoch it would let a token in before its time (RFC 7519 section 2
 * allows fractions).
 */
function timeClaim(claims: JsonObject, name: 'exp' | 'nbf' | 'iat'): number | undefined {
  const value = memberOf(claims, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw claimError(`The JWT '${name}' claim must be a number`);
  if (Math.abs(value) >= MAX_INT64) return 0;
  if (Number.isInteger(value)) return value;
  return name === 'exp' ? 0 : Math.floor(value);
}

function checkAudience(claim: JsonValue | undefined, { audience, audienceRequired }: ClaimRules): void {
  const audiences = audiencesOf(claim);
  if (audience === undefined) return;
  const accepted = audiences.length === 0 ? !audienceRequired : audiences.includes(audience);
  if (!accepted) throw claimError('JWT not in audience');
}

function audiencesOf(claim: JsonValue | undefined): readonly JsonValue[] {
  if (claim === undefined || claim === null) return [];
  if (typeof claim === 'string') return [claim];
  if (isJsonArray(claim) && claim.every((item) => typeof item === 'string')) return claim;
  throw claimError("The JWT 'aud' claim must be a string or an array of strings");
}
