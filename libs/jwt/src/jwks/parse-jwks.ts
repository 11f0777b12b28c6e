/** What a key server sent in, the keys that may verify tokens out: public, for signatures, of a known algorithm, importable. */
import { importJWK } from 'jose';
import { z } from 'zod';
import { jwkSchema, type Jwk, type Jwks } from '@perch/contract';
import { algorithmsOf } from '../algorithms.js';
import { isForVerification, isSound, publicPart } from '../key-set.js';
import { parseJson } from '../token.js';
import { JwksFetchError } from './jwks-fetch-error.js';

const MAX_KEYS = 50;
const documentSchema = z.object({ keys: z.array(z.unknown()) });

/** @throws JwksFetchError bad-answer */
export async function parseJwks(text: string): Promise<Jwks> {
  const parsed = documentSchema.safeParse(parseJson(text));
  if (!parsed.success) throw badAnswer('the answer is no JSON Web Key Set: an object with a list of keys is expected');
  if (parsed.data.keys.length > MAX_KEYS) throw badAnswer(`the key set has more than ${MAX_KEYS} keys`);
  const keys: Jwk[] = [];
  for (const candidate of parsed.data.keys) {
    const key = await usableKey(candidate);
    if (key !== undefined && !isRepeated(key, keys)) keys.push(key);
  }
  if (keys.length === 0) throw badAnswer('the key set has no public key for signatures');
  return { keys };
}

async function usableKey(candidate: unknown): Promise<Jwk | undefined> {
  const { data: jwk } = jwkSchema.safeParse(candidate);
  // A shared secret that anybody can fetch is none (decision 12).
  if (jwk === undefined || jwk.kty === 'oct' || !isForVerification(jwk) || !isSound(jwk)) return undefined;
  const [algorithm] = algorithmsOf(jwk);
  if (algorithm === undefined) return undefined;
  const key = publicPart(jwk);
  try {
    await importJWK(key, algorithm);
  } catch {
    return undefined;
  }
  const { kid, alg } = jwk;
  return { ...key, kty: jwk.kty, ...(kid === undefined ? {} : { kid }), ...(alg === undefined ? {} : { alg }) };
}

/** @throws JwksFetchError for another key under the same id: which one a token means could not be told. */
function isRepeated(key: Jwk, keys: readonly Jwk[]): boolean {
  if (key.kid === undefined) return false;
  const same = keys.find(({ kid }) => kid === key.kid);
  if (same === undefined) return false;
  if (JSON.stringify(publicPart(same)) === JSON.stringify(publicPart(key))) return true;
  throw badAnswer(`the key set has two keys with the id '${key.kid}'`);
}

function badAnswer(message: string): JwksFetchError {
  return new JwksFetchError('bad-answer', message);
}
