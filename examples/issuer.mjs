#!/usr/bin/env node
/**
 * A token issuer to try things with, in the place of Clerk, Auth0, Keycloak or your own: it publishes its public key as a
 * JWKS and hands a token to everybody who asks. For your own machine only.
 *
 *     node examples/issuer.mjs [--port 4299]
 *     GET /.well-known/jwks.json      the key set to give to Perch
 *     GET /token?sub=alice            a token for that user; also role=, aud= and expires_in= (seconds, default 900)
 */
import http from 'node:http';
import { parseArgs } from 'node:util';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';

const { values } = parseArgs({ options: { port: { type: 'string', default: '4299' } } });
const { publicKey, privateKey } = await generateKeyPair('ES256');
const kid = `example-${Date.now()}`;
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] };

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, 'http://issuer');
  if (url.pathname === '/.well-known/jwks.json') {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks));
  } else if (url.pathname === '/token') {
    response.setHeader('content-type', 'text/plain').end(await issue(url.searchParams));
  } else {
    response.writeHead(404).end();
  }
});

async function issue(query) {
  const token = new SignJWT({ role: query.get('role') ?? 'authenticated' })
    .setProtectedHeader({ alg: 'ES256', kid })
    .setSubject(query.get('sub') ?? 'alice')
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + Number(query.get('expires_in') ?? 900));
  if (query.has('aud')) token.setAudience(query.get('aud'));
  return token.sign(privateKey);
}

server.listen(Number(values.port), '127.0.0.1', () => {
  process.stdout.write(`issuer: http://127.0.0.1:${server.address().port}/.well-known/jwks.json\n`);
});
