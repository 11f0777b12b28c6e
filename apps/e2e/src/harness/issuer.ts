/** A third-party token issuer on loopback with a key pair per algorithm, and every way of making a bad token. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey, type JWK, type JWTPayload } from 'jose';

export interface Issuer {
  readonly jwksUrl: string;
  readonly publicJwk: JWK;
  /** A token signed with the published key; `claims` win over the defaults (role, exp in 15 minutes). */
  token(claims: JWTPayload, options?: { readonly key?: CryptoKey; readonly kid?: string }): Promise<string>;
  close(): Promise<void>;
}

export async function startIssuer(alg: 'ES256' | 'RS256' | 'EdDSA' = 'ES256'): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  const kid = `${alg}-${Math.random().toString(36).slice(2)}`;
  const publicJwk: JWK = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  const server = http.createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [publicJwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    jwksUrl: `http://127.0.0.1:${port}/.well-known/jwks.json`,
    publicJwk,
    token: (claims, options = {}) =>
      new SignJWT({ role: 'authenticated', exp: Math.floor(Date.now() / 1000) + 900, ...claims })
        .setProtectedHeader({ alg, kid: options.kid ?? kid })
        .sign(options.key ?? privateKey),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A private key that no issuer publishes. */
export async function strangersKey(alg = 'ES256'): Promise<CryptoKey> {
  return (await generateKeyPair(alg)).privateKey;
}

/** A token whose header says `alg: none`, with an empty signature. */
export function unsignedToken(claims: JWTPayload): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ exp: Math.floor(Date.now() / 1000) + 900, ...claims })}.`;
}
