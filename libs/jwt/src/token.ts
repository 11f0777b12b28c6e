/** The text of a token in, its header and what else is needed to verify it out. Nothing is believed yet. */
import { engineError, type EngineError } from '@perch/engine';
import { isJsonObject, memberOf, type JsonValue } from './json-value.js';
import { isAlgorithm, type Algorithm } from './algorithms.js';

/** Characters. Larger tokens do not fit into the headers of common servers, and decoding costs before anything is verified. */
export const MAX_TOKEN_LENGTH = 32 * 1024;

export interface UnverifiedToken {
  readonly text: string;
  readonly algorithm: Algorithm;
  readonly kid: string | undefined;
}

const BASE64URL = /^[A-Za-z0-9_-]*$/;
const MAX_KID_LENGTH = 512;

/** The token could not be read as one that is signed. */
export function unreadable(details: string): EngineError {
  return engineError('PGRST301', { reason: 'JWT cryptographic operation failed', details });
}

/**
 * @throws EngineError PGRST301
 * @see https://www.rfc-editor.org/rfc/rfc7515#section-5.2
 */
export function parseToken(text: string): UnverifiedToken {
  if (text === '') throw engineError('PGRST301', { reason: 'Empty JWT is sent in Authorization header' });
  if (text.length > MAX_TOKEN_LENGTH) throw unreadable(`The token is longer than ${MAX_TOKEN_LENGTH} characters`);
  const parts = text.split('.', 32);
  if (parts.length !== 3) throw engineError('PGRST301', { reason: `Expected 3 parts in JWT; got ${parts.length}` });
  if (!parts.every(isBase64Url)) throw unreadable('A part of the token is not base64url');
  const header = parseHeader(parts[0] ?? '');
  const algorithm = memberOf(header, 'alg');
  if (algorithm === 'none') {
    throw engineError('PGRST301', {
      reason: 'Wrong or unsupported encoding algorithm',
      details: "JWT is unsecured but expected 'alg' was not 'none'",
    });
  }
  if (typeof algorithm !== 'string' || !isAlgorithm(algorithm)) throw unreadable('The algorithm is not supported');
  // Header parameters that must be understood, none of which is: RFC 7515 section 4.1.11.
  if (Object.hasOwn(header, 'crit')) throw unreadable('The token has critical header parameters');
  const kid = memberOf(header, 'kid') ?? undefined;
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KID_LENGTH))
    throw unreadable('The key id is no text');
  return { text, algorithm, kid };
}

function isBase64Url(part: string): boolean {
  return BASE64URL.test(part) && part.length % 4 !== 1;
}

function parseHeader(part: string): { readonly [name: string]: JsonValue } {
  const header = parseJson(decodeUtf8(Buffer.from(part, 'base64url')));
  if (!isJsonObject(header)) throw unreadable('The header is no JSON object');
  return header;
}

/** undefined for what is no UTF-8. A byte order mark is no white space of JSON, so it is kept. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** undefined for what is no JSON. */
export function parseJson(text: string | undefined): JsonValue | undefined {
  if (text === undefined) return undefined;
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
