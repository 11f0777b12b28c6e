/** A token and the keys of its data API in, the payload out once a key has verified it. */
import { compactVerify, errors } from 'jose';
import { engineError } from '@perch/engine';
import type { KeySet } from './key-set.js';
import { unreadable, type UnverifiedToken } from './token.js';

const NO_KEY = 'No suitable key or wrong key type';

/** @throws EngineError PGRST301 */
export async function verifySignature(token: UnverifiedToken, keys: KeySet): Promise<Uint8Array> {
  const candidates = keys.candidates(token.algorithm, token.kid);
  if (candidates.length === 0) {
    // PostgREST does not know the RSA-PSS family: without a key for it the answer is the one for an unknown algorithm.
    if (token.algorithm.startsWith('PS') && !keys.supports(token.algorithm)) {
      throw unreadable('The algorithm is not supported');
    }
    throw engineError('PGRST301', { reason: NO_KEY, details: 'No suitable key was found to decode the JWT' });
  }
  for (const candidate of candidates) {
    try {
      const key = await candidate.load(token.algorithm);
      return (await compactVerify(token.text, key, { algorithms: [token.algorithm] })).payload;
    } catch (error) {
      if (error instanceof errors.JWSInvalid) throw unreadable('The token is malformed');
      // A wrong signature, or a key that cannot be imported: perhaps the next key.
    }
  }
  throw engineError('PGRST301', { reason: NO_KEY, details: 'None of the keys was able to decode the JWT' });
}
