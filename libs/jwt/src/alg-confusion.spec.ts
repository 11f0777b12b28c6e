/** Threat: a token that talks the verifier into another algorithm, another key or no signature at all (RFC 8725 section 2). */
import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { postgrestDefaults, type JwtConfig } from '@perch/contract';
import { exportJWK, SignJWT, type JWK } from 'jose';
import { noKeys } from '../../../tools/testing/tenant-snapshot.js';
import { createAuthenticator } from './index.js';

const claims = { role: 'editor' };
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = (header: object, signature = '') => `${encode(header)}.${encode(claims)}.${signature}`;
const hmac = (header: object, key: Buffer | string, hash = 'sha256') => {
  const content = `${encode(header)}.${encode(claims)}`;
  return `${content}.${createHmac(hash, key).update(content).digest('base64url')}`;
};

let rsa: { publicKey: KeyObject; privateKey: KeyObject };
let ec: { publicKey: KeyObject; privateKey: KeyObject };
let rsaJwk: JWK;
let ecJwk: JWK;

beforeAll(async () => {
  rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  rsaJwk = { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256' };
  ecJwk = { ...(await exportJWK(ec.publicKey)), kid: 'ec', alg: 'ES256' };
});

async function submit(token: string, given: Partial<JwtConfig> = {}) {
  const keys = [rsaJwk, ecJwk].map((jwk) => ({ ...jwk, kty: String(jwk.kty) }));
  const jwt: JwtConfig = { ...noKeys, jwks: { keys }, ...given };
  return createAuthenticator().authenticate(`Bearer ${token}`, { key: 'a', jwt, settings: postgrestDefaults });
}

const refuses = (token: string, given?: Partial<JwtConfig>) =>
  expect(submit(token, given)).rejects.toMatchObject({ code: 'PGRST301', status: 401 });

it('accepts the honest token, so that the refusals below mean something', async () => {
  const token = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'rsa' }).sign(rsa.privateKey);
  expect((await submit(token)).role).toBe('editor');
});

describe('no signature', () => {
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
    it(`is refused under the name '${alg}'`, async () => {
      await refuses(unsigned({ alg }));
      await refuses(unsigned({ alg, kid: 'rsa' }));
      await refuses(unsigned({ alg }, 'AAAA'));
    });
  }

  it('is refused without any algorithm', () => refuses(unsigned({})));
  it('is refused under a good name', () => refuses(unsigned({ alg: 'RS256', kid: 'rsa' })));
});

describe('the public key as a shared secret', () => {
  const encodings: [what: string, key: () => Buffer | string][] = [
    ['PEM', () => rsa.publicKey.export({ type: 'spki', format: 'pem' })],
    ['PKCS 1', () => rsa.publicKey.export({ type: 'pkcs1', format: 'pem' })],
    ['DER', () => rsa.publicKey.export({ type: 'spki', format: 'der' })],
    ['its JWK text', () => JSON.stringify(rsaJwk)],
    ['its modulus', () => Buffer.from(rsaJwk.n ?? '', 'base64url')],
    ['its modulus text', () => rsaJwk.n ?? ''],
    ['nothing', () => ''],
  ];
  for (const [what, key] of encodings) {
    for (const [alg, hash] of [
      ['HS256', 'sha256'],
      ['HS384', 'sha384'],
      ['HS512', 'sha512'],
    ] as const) {
      it(`is refused as ${what} by ${alg}`, async () => {
        await refuses(hmac({ alg, kid: 'rsa' }, key(), hash));
        await refuses(hmac({ alg }, key(), hash));
      });
    }
  }

  it('is refused when a person configured the JWK as the secret', async () => {
    const secret = JSON.stringify(rsaJwk);
    await refuses(hmac({ alg: 'HS256' }, secret), { secret, jwks: { keys: [] } });
  });
});

describe('a key for another purpose', () => {
  it('is no key for another algorithm of its type', async () => {
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'PS256', kid: 'rsa' }).sign(rsa.privateKey);
    await refuses(token);
  });

  it('is no key when the token names another curve', () =>
    refuses(unsigned({ alg: 'ES384', kid: 'ec' }, 'A'.repeat(128))));

  it('is not taken from the token', async () => {
    const own = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const jwk = await exportJWK(own.publicKey);
    for (const header of [{ jwk }, { jku: 'https://evil.test/jwks' }, { x5u: 'https://evil.test/cert' }]) {
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: 'rsa', ...header })
        .sign(own.privateKey);
      await refuses(token);
    }
  });
});

describe('a signature that proves nothing', () => {
  it('is refused when it is all zero', async () => {
    await refuses(unsigned({ alg: 'ES256', kid: 'ec' }, Buffer.alloc(64).toString('base64url')));
    await refuses(unsigned({ alg: 'RS256', kid: 'rsa' }, Buffer.alloc(256).toString('base64url')));
  });

  it('is refused when it is of another payload', async () => {
    const token = await new SignJWT({ role: 'reader' })
      .setProtectedHeader({ alg: 'RS256', kid: 'rsa' })
      .sign(rsa.privateKey);
    const [header, , signature] = token.split('.');
    await refuses(`${header}.${encode(claims)}.${signature}`);
  });
});

describe('a header that must be understood', () => {
  it('is refused, known to the library or not', async () => {
    const secret = 'lantern-tide-over-the-long-shore';
    for (const header of [{ crit: ['b64'], b64: true }, { crit: ['exp'], exp: 1 }, { crit: [] }, { crit: 'x' }]) {
      await refuses(hmac({ alg: 'HS256', ...header }, secret), { secret, jwks: { keys: [] } });
    }
  });
});

describe('a weak key', () => {
  it('is not used', async () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 1_024 });
    const jwk = { ...(await exportJWK(small.publicKey)), kty: 'RSA', kid: 'small', alg: 'RS256' };
    const secret = Buffer.from('short');
    const oct = { kty: 'oct', kid: 'short', alg: 'HS256', k: secret.toString('base64url') };
    await refuses(hmac({ alg: 'HS256', kid: 'short' }, secret), { jwks: { keys: [oct, { ...ecJwk, kty: 'EC' }] } });
    await expect(submit(unsigned({ alg: 'RS256', kid: 'small' }), { jwks: { keys: [jwk] } })).rejects.toMatchObject({
      code: 'PGRST300',
    });
  });
});
