/**
 * Authentication of one request: its Authorization header and its data API's rules in, the role and claims that it runs with
 * out. Who may sign is decided by the data API's keys alone; nothing is fetched here.
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { DataApiSettings, JwtConfig } from '@perch/contract';
import { engineError, type AuthResult } from '@perch/engine';
import { bearerToken } from './bearer-token.js';
import { checkClaims, claimError, type ClaimRules } from './claims.js';
import { forceRole } from './force-role.js';
import { isDeeperThan, isJsonObject } from './json-value.js';
import { createKeySet, type KeySet } from './key-set.js';
import { compileRoleClaim, type FindRole } from './role-claim/role-claim.js';
import { cacheKey, TokenCache, type VerifiedToken } from './token-cache.js';
import { decodeUtf8, parseJson, parseToken } from './token.js';
import { verifySignature } from './verify-signature.js';

/** What authentication needs of a tenant; a TenantSnapshot is one. */
export interface TenantAuth {
  /** Tenant key. */
  readonly key: string;
  readonly jwt: JwtConfig;
  readonly settings: Pick<
    DataApiSettings,
    'allow_anonymous' | 'db_anon_role' | 'jwt_cache_max_lifetime' | 'jwt_role_claim_key'
  >;
}

export interface AuthenticatorOptions {
  /** Milliseconds since the epoch. Default Date.now. */
  readonly now?: () => number;
  /** Bytes of remembered claims, about. Default 32 MiB. */
  readonly maxCacheBytes?: number;
  /** Tenants whose imported keys are kept. Default 10,000. */
  readonly maxTenants?: number;
  /** Told when a token names a key that its data API does not have: the issuer may have new ones (decision 16). */
  readonly onUnknownKid?: (tenantKey: string) => void;
  /** Milliseconds between two such calls for one tenant. Default 30,000. */
  readonly unknownKidIntervalMs?: number;
}

export interface Authenticator {
  /**
   * At once for a token that was verified before, and without one.
   *
   * @param authorization the first Authorization header.
   * @throws (or rejects with) EngineError PGRST300 no keys, PGRST301 no good token, PGRST302 no token where one is needed, PGRST303 its claims.
   */
  authenticate(authorization: string | undefined, tenant: TenantAuth): AuthResult | Promise<AuthResult>;
}

/** A tenant's rules, ready for use. */
interface TenantVerifier {
  readonly jwt: JwtConfig;
  readonly roleClaimKey: string;
  readonly anonymousRole: string | null;
  readonly keys: KeySet;
  readonly findRole: FindRole;
  readonly rules: ClaimRules;
  readonly anonymous: AuthResult | undefined;
  /** Beginning of its cache keys: the tenant and a hash of all that a verdict depends on. */
  readonly scope: string;
}

const MEBIBYTE = 1024 * 1024;
/** Levels of nesting: far above what anybody issues. */
const MAX_CLAIMS_DEPTH = 500;

export function createAuthenticator(options: AuthenticatorOptions = {}): Authenticator {
  const now = options.now ?? Date.now;
  const maxTenants = options.maxTenants ?? 10_000;
  const cache = new TokenCache(options.maxCacheBytes ?? 32 * MEBIBYTE);
  const verifiers = new LRUCache<string, TenantVerifier>({ max: maxTenants });
  const unknownKidTold = new LRUCache<string, number>({ max: maxTenants });

  const verifierOf = (tenant: TenantAuth): TenantVerifier => {
    const known = verifiers.get(tenant.key);
    const { jwt_role_claim_key: roleClaimKey, db_anon_role: anonymousRole } = tenant.settings;
    if (known?.jwt === tenant.jwt && known.roleClaimKey === roleClaimKey && known.anonymousRole === anonymousRole) {
      return known;
    }
    const verifier = createVerifier(tenant);
    verifiers.set(tenant.key, verifier);
    return verifier;
  };

  const tellUnknownKid = (tenantKey: string) => {
    const told = unknownKidTold.get(tenantKey);
    if (told !== undefined && now() - told < (options.unknownKidIntervalMs ?? 30_000)) return;
    unknownKidTold.set(tenantKey, now());
    options.onUnknownKid?.(tenantKey);
  };

  const verify = async (text: string, tenant: TenantAuth, verifier: TenantVerifier): Promise<VerifiedToken> => {
    const token = parseToken(text);
    if (token.kid !== undefined && !verifier.keys.knows(token.kid)) tellUnknownKid(tenant.key);
    return verified(await verifySignature(token, verifier.keys), verifier);
  };

  const verifyNew = async (key: string, text: string, tenant: TenantAuth, verifier: TenantVerifier, nowMs: number) => {
    const token = await verify(text, tenant, verifier);
    const lifetimeSeconds = tenant.settings.jwt_cache_max_lifetime;
    if (lifetimeSeconds !== 0) {
      cache.set(key, token, lifetimeSeconds === null ? Infinity : nowMs + lifetimeSeconds * 1_000);
    }
    return judged(token, verifier, nowMs);
  };

  return {
    authenticate(authorization, tenant) {
      const verifier = verifierOf(tenant);
      const text = bearerToken(authorization);
      if (text === undefined) {
        if (verifier.anonymous === undefined || !tenant.settings.allow_anonymous) throw engineError('PGRST302');
        return verifier.anonymous;
      }
      if (verifier.keys.empty) throw engineError('PGRST300');
      const nowMs = now();
      const key = cacheKey(verifier.scope, text);
      const known = cache.get(key, nowMs);
      return known === undefined ? verifyNew(key, text, tenant, verifier, nowMs) : judged(known, verifier, nowMs);
    },
  };
}

/** The claims hold or not at this moment, whenever the signature was verified. */
function judged({ claims, result }: VerifiedToken, { rules }: TenantVerifier, nowMs: number): AuthResult {
  checkClaims(claims, rules, nowMs / 1_000);
  if (result === undefined) throw engineError('PGRST302');
  return result;
}

function createVerifier({ key, jwt, settings }: TenantAuth): TenantVerifier {
  const { jwt_role_claim_key: roleClaimKey, db_anon_role: anonymousRole } = settings;
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([jwt, roleClaimKey, anonymousRole]))
    .digest('base64');
  return {
    jwt,
    roleClaimKey,
    anonymousRole,
    keys: createKeySet(jwt),
    findRole: compileRoleClaim(roleClaimKey),
    rules: {
      audience: jwt.audience ?? undefined,
      audienceRequired: jwt.audience_required,
      issuer: jwt.issuer ?? undefined,
    },
    anonymous:
      anonymousRole === null
        ? undefined
        : { role: anonymousRole, claimsJson: JSON.stringify({ role: anonymousRole }), anonymous: true },
    scope: `${JSON.stringify(key)}${fingerprint}`,
  };
}

/** @throws EngineError PGRST303 for a payload that is no JSON object. */
function verified(payload: Uint8Array, verifier: TenantVerifier): VerifiedToken {
  const text = decodeUtf8(payload);
  const claims = parseJson(text);
  if (text === undefined || !isJsonObject(claims) || isDeeperThan(claims, MAX_CLAIMS_DEPTH))
    throw claimError('Parsing claims failed');
  const role = verifier.findRole(claims) ?? verifier.anonymousRole ?? undefined;
  if (role === undefined) return { claims, result: undefined };
  return { claims, result: { role, claimsJson: forceRole(text, role), anonymous: false } };
}
