/**
 * The whole configuration of one data API, as the fleet gets it: versioned, immutable, replaced as one piece.
 * It holds secrets (the connection's password, a shared JWT secret): it travels between the planes and to the encrypted
 * local copy, never into a log or an answer.
 */
import { z } from 'zod';
import { settingsSchema } from './settings.js';

/** A JSON Web Key as RFC 7517 has it; what it may hold is checked where keys are imported. */
export const jwkSchema = z.looseObject({ kty: z.string(), kid: z.string().optional(), alg: z.string().optional() });
export type Jwk = z.infer<typeof jwkSchema>;

export const jwksSchema = z.object({ keys: z.array(jwkSchema) });
export type Jwks = z.infer<typeof jwksSchema>;

/** How tokens of one data API are verified (product.md section 4). */
export const jwtConfigSchema = z.strictObject({
  /** Shared secret for HS256; null when there is none. */
  secret: z.string().nullable(),
  secret_is_base64: z.boolean(),
  /** Public keys (and, given inline only, `oct` keys: decision 12). */
  jwks: jwksSchema,
  audience: z.string().nullable(),
  /** false accepts a token without `aud`, as PostgREST does. */
  audience_required: z.boolean(),
  issuer: z.string().nullable(),
});
export type JwtConfig = z.infer<typeof jwtConfigSchema>;

export const tenantStatusSchema = z.enum(['provisioning', 'active', 'error']);

export const tenantSnapshotSchema = z.strictObject({
  /** Format of this document; a proxy ignores formats it does not know. */
  format: z.literal(1),
  /** Tenant key: `endpoint id/database`, or the name in a tenants file. */
  key: z.string().min(1),
  /** Grows with every change of this data API. */
  version: z.int().nonnegative(),
  /** Hosts this data API answers on; empty when only the endpoint forms of the URL apply. */
  hostnames: z.array(z.string().min(1)),
  /** What stands before the dialect's own path, without a slash at its end; may be empty. */
  path_prefix: z.string(),
  status: tenantStatusSchema,
  /** PostgreSQL connection URL of the data API's login role; null until it is provisioned. */
  database_url: z.string().nullable(),
  settings: settingsSchema,
  jwt: jwtConfigSchema,
});
export type TenantSnapshot = z.infer<typeof tenantSnapshotSchema>;
