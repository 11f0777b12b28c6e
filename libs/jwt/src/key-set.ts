/** The keys of one data API in, the ones that may verify a token of a given algorithm and key id out. */
import { importJWK, type CryptoKey, type JWK } from 'jose';
import { z } from 'zod';
import { jwkSchema, jwksSchema, type Jwk, type JwtConfig } from '@perch/contract';
import { algorithmsOf, type Algorithm } from './algorithms.js';

/** A token without a key id is tried with every key of its algorithm: this bounds the work. */
const MAX_KEYS = 50;
/** Bits of an RSA modulus: smaller is weak, larger is slow to no purpose. */
const RSA_BITS = { min: 2_048, max: 8_192 } as const;
/** Bytes of a shared secret for HS256 (RFC 7518 section 3.2). */
export const MIN_SECRET_BYTES = 32;

export type VerificationKey = CryptoKey | Uint8Array;

export interface SetKey {
  readonly kid: string | undefined;
  readonly algorithms: readonly Algorithm[];
  /** Imports the key for one of its algorithms, once. */
  load(algorithm: Algorithm): Promise<VerificationKey>;
}

export interface KeySet {
  /** true when there is no key at all: a token cannot be verified, whatever it is. */
  readonly empty: boolean;
  /** true when some key may verify this algorithm, whatever its id. */
  supports(algorithm: Algorithm): boolean;
  knows(kid: string): boolean;
  /** Keys to try, in order. A token with a key id is only for the keys that have it. */
  candidates(algorithm: Algorithm, kid: string | undefined): readonly SetKey[];
}

/** Keys that cannot be used for verification are left out. */
export function createKeySet(config: JwtConfig): KeySet {
  const keys = [...secretKeys(config), ...config.jwks.keys.slice(0, MAX_KEYS).flatMap(jwkKey)];
  return {
    empty: keys.length === 0,
    supports: (algorithm) => keys.some((key) => key.algorithms.includes(algorithm)),
    knows: (kid) => keys.some((key) => key.kid === kid),
    candidates: (algorithm, kid) =>
      keys.filter((key) => key.algorithms.includes(algorithm) && (kid === undefined || key.kid === kid)),
  };
}

/** A secret that is the text of a JWK or of a set is that: as a secret its public part would sign tokens. */
function secretKeys({ secret, secret_is_base64: isBase64 }: JwtConfig): readonly SetKey[] {
  if (secret === null) return [];
  const keys = keysOfText(secret);
  if (keys !== undefined) return keys.slice(0, MAX_KEYS).flatMap(jwkKey);
  const bytes = isBase64 ? Buffer.from(secret, 'base64') : Buffer.from(secret);
  return [{ kid: undefined, algorithms: ['HS256'], load: () => Promise.resolve(new Uint8Array(bytes)) }];
}

const keyTextSchema = z.union([jwksSchema.transform(({ keys }) => keys), jwkSchema.transform((key) => [key])]);

function keysOfText(text: string): readonly Jwk[] | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return keyTextSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function jwkKey(jwk: Jwk): readonly SetKey[] {
  if (!isForVerification(jwk) || !isSound(jwk)) return [];
  const algorithms = algorithmsOf(jwk);
  if (algorithms.length === 0) return [];
  const imported = new Map<Algorithm, Promise<VerificationKey>>();
  return [
    {
      kid: jwk.kid,
      algorithms,
      load(algorithm) {
        const known = imported.get(algorithm) ?? importJWK(publicPart(jwk), algorithm);
        imported.set(algorithm, known);
        return known;
      },
    },
  ];
}

const bytesOf = (text: unknown) => (typeof text === 'string' ? Buffer.from(text, 'base64url').length : 0);

/** `use` and `key_ops`, where a key has them, allow it to verify (RFC 7517 sections 4.2 and 4.3). */
export function isForVerification(jwk: Jwk): boolean {
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return false;
  const operations = jwk['key_ops'];
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
}

/** What is too weak, too large or incomplete is never tried. */
export function isSound(jwk: Jwk): boolean {
  switch (jwk.kty) {
    case 'RSA': {
      const bits = bytesOf(jwk['n']) * 8;
      return bits >= RSA_BITS.min && bits <= RSA_BITS.max && bytesOf(jwk['e']) > 0 && bytesOf(jwk['e']) <= 8;
    }
    case 'EC':
      return bytesOf(jwk['x']) > 0 && bytesOf(jwk['y']) > 0;
    case 'OKP':
      return bytesOf(jwk['x']) > 0;
    case 'oct':
      return bytesOf(jwk['k']) >= MIN_SECRET_BYTES;
    default:
      return false;
  }
}

const publicMembers = ['kty', 'n', 'e', 'crv', 'x', 'y', 'k'] as const;

/** What verification needs of a key, nothing that could sign, nothing that says what it is for. */
export function publicPart(jwk: Jwk): JWK {
  const part: JWK = { kty: jwk.kty };
  for (const name of publicMembers) {
    const value = jwk[name];
    if (typeof value === 'string') part[name] = value;
  }
  return part;
}
