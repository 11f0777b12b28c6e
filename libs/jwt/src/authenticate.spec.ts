import { controlPlaneDefaults, type JwtConfig } from '@perch/contract';
import { exportJWK, generateKeyPair, SignJWT, CompactSign, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { noKeys } from '../../../tools/testing/tenant-snapshot.js';
import { createAuthenticator, type TenantAuth } from './index.js';

const SECRET = 'lantern-tide-over-the-long-shore';
const secretKey = Buffer.from(SECRET);
const bySecret: JwtConfig = { ...noKeys, secret: SECRET };

function tenant(jwt: JwtConfig, settings: Partial<TenantAuth['settings']> = {}, key = 'ep/db'): TenantAuth {
  return { key, jwt, settings: { ...controlPlaneDefaults, ...settings } };
}

const sign = (
  claims: JWTPayload,
  header: { alg: string; kid?: string } = { alg: 'HS256' },
  key: CryptoKey | Uint8Array = secretKey,
) => new SignJWT(claims).setProtectedHeader(header).sign(key);

const authenticate = async (header: string | undefined, auth: TenantAuth, authenticator = createAuthenticator()) =>
  authenticator.authenticate(header, auth);

describe('without a token', () => {
  it('is the anonymous role', async () => {
    expect(await authenticate(undefined, tenant(noKeys))).toEqual({
      role: 'anonymous',
      claimsJson: '{"role":"anonymous"}',
      anonymous: true,
    });
  });

  it('is refused without an anonymous role, or when it is switched off', async () => {
    for (const settings of [{ db_anon_role: null }, { allow_anonymous: false }]) {
      await expect(authenticate(undefined, tenant(bySecret, settings))).rejects.toMatchObject({
        code: 'PGRST302',
        status: 401,
        headers: [['WWW-Authenticate', 'Bearer']],
      });
    }
  });
});

describe('with a token', () => {
  it('is the role of its claims', async () => {
    const token = await sign({ role: 'editor', sub: 'ann' });
    expect(await authenticate(`Bearer ${token}`, tenant(bySecret))).toEqual({
      role: 'editor',
      claimsJson: '{"role":"editor","sub":"ann"}',
      anonymous: false,
    });
  });

  it('without a role is the anonymous role, but no anonymous request', async () => {
    const token = await sign({ sub: 'ann' });
    const auth = tenant(bySecret, { allow_anonymous: false });
    expect(await authenticate(`Bearer ${token}`, auth)).toEqual({
      role: 'anonymous',
      claimsJson: '{"role":"anonymous","sub":"ann"}',
      anonymous: false,
    });
  });

  it('without a role is refused where there is no anonymous role', async () => {
    const token = await sign({ sub: 'ann' });
    const auth = tenant(bySecret, { db_anon_role: null });
    await expect(authenticate(`Bearer ${token}`, auth)).rejects.toMatchObject({ code: 'PGRST302' });
  });

  it('cannot be verified without keys', async () => {
    await expect(authenticate('Bearer x', tenant(noKeys))).rejects.toMatchObject({ code: 'PGRST300', status: 500 });
  });

  it('is told why it is refused', async () => {
    const token = await sign({ exp: 1 });
    await expect(authenticate(`Bearer ${token}`, tenant(bySecret))).rejects.toMatchObject({
      code: 'PGRST303',
      status: 401,
      headers: [['WWW-Authenticate', 'Bearer error="invalid_token", error_description="JWT expired"']],
    });
  });

  it('that is no JSON object inside is refused after its signature', async () => {
    for (const payload of [
      '',
      '[1]',
      '"x"',
      'null',
      '5',
      '\uFEFF{}',
      `{"a":${'['.repeat(600)}${']'.repeat(600)}}`,
      Buffer.from([0x7b, 0xff, 0x7d]),
    ]) {
      const token = await new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: 'HS256' }).sign(secretKey);
      await expect(authenticate(`Bearer ${token}`, tenant(bySecret))).rejects.toMatchObject({
        code: 'PGRST303',
        message: 'Parsing claims failed',
      });
    }
  });

  it('that is longer than a header should be is not looked at', async () => {
    await expect(authenticate(`Bearer ${'a'.repeat(40_000)}`, tenant(bySecret))).rejects.toMatchObject({
      code: 'PGRST301',
      details: 'The token is longer than 32768 characters',
    });
  });
});

describe('a secret', () => {
  it('may be given in base64', async () => {
    const jwt = { ...bySecret, secret: secretKey.toString('base64'), secret_is_base64: true };
    expect((await authenticate(`Bearer ${await sign({ role: 'x' })}`, tenant(jwt))).role).toBe('x');
  });

  it('that is the text of a key or a key set is that', async () => {
    const jwk = { kty: 'oct', k: secretKey.toString('base64url'), alg: 'HS256' };
    for (const secret of [JSON.stringify(jwk), JSON.stringify({ keys: [jwk] })]) {
      expect((await authenticate(`Bearer ${await sign({ role: 'x' })}`, tenant({ ...noKeys, secret }))).role).toBe('x');
    }
  });
});

describe('a key set', () => {
  const pairs = new Map<string, { privateKey: CryptoKey; jwk: JWK }>();
  const config = (...keys: JWK[]): JwtConfig => ({
    ...noKeys,
    jwks: { keys: keys.map((key) => ({ ...key, kty: String(key.kty) })) },
  });
  const pair = (algorithm: string) => {
    const found = pairs.get(algorithm);
    if (found === undefined) throw new Error(algorithm);
    return found;
  };

  beforeAll(async () => {
    for (const algorithm of ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA']) {
      const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
      pairs.set(algorithm, { privateKey, jwk: await exportJWK(publicKey) });
    }
  });

  it('verifies every algorithm by its key, with and without a name on it', async () => {
    for (const [alg, { privateKey, jwk }] of pairs) {
      const token = await sign({ role: 'x' }, { alg, kid: 'k' }, privateKey);
      for (const named of [
        { ...jwk, kid: 'k' },
        { ...jwk, kid: 'k', alg },
      ]) {
        expect((await authenticate(`Bearer ${token}`, tenant(config(named)))).role).toBe('x');
      }
    }
  });

  it('tries every key for a token without a key id, and only its own for one with', async () => {
    const other = await generateKeyPair('ES256', { extractable: true });
    const keys = [
      { ...(await exportJWK(other.publicKey)), kid: 'other' },
      { ...pair('ES256').jwk, kid: 'mine' },
    ];
    const auth = tenant(config(...keys));
    const { privateKey } = pair('ES256');
    const role = async (header: { alg: string; kid?: string }) =>
      (await authenticate(`Bearer ${await sign({ role: 'x' }, header, privateKey)}`, auth)).role;
    expect(await role({ alg: 'ES256' })).toBe('x');
    expect(await role({ alg: 'ES256', kid: 'mine' })).toBe('x');
    await expect(role({ alg: 'ES256', kid: 'other' })).rejects.toMatchObject({
      details: 'None of the keys was able to decode the JWT',
    });
    await expect(role({ alg: 'ES256', kid: '' })).rejects.toMatchObject({
      details: 'No suitable key was found to decode the JWT',
    });
  });

  it('reports an unknown key id once in a while', async () => {
    const told: string[] = [];
    let now = 1_000_000;
    const authenticator = createAuthenticator({ onUnknownKid: (key) => told.push(key), now: () => now });
    const auth = tenant(config({ ...pair('ES256').jwk, kid: 'mine' }));
    const token = await sign({ role: 'x' }, { alg: 'ES256', kid: 'new' }, pair('ES256').privateKey);
    const refuse = () =>
      expect(authenticate(`Bearer ${token}`, auth, authenticator)).rejects.toMatchObject({ code: 'PGRST301' });
    await refuse();
    await refuse();
    expect(told).toEqual(['ep/db']);
    now += 30_000;
    await refuse();
    expect(told).toEqual(['ep/db', 'ep/db']);
  });
});

describe('a remembered token', () => {
  it('has its claims judged anew each time', async () => {
    let now = 1_700_000_000_000;
    const authenticator = createAuthenticator({ now: () => now });
    const header = `Bearer ${await sign({ role: 'x', exp: now / 1_000 + 10 })}`;
    expect((await authenticator.authenticate(header, tenant(bySecret))).role).toBe('x');
    now += 41_000;
    await expect(authenticate(header, tenant(bySecret), authenticator)).rejects.toMatchObject({
      message: 'JWT expired',
    });
  });

  it('is forgotten when the keys, the role claim or the anonymous role change', async () => {
    const authenticator = createAuthenticator();
    const header = `Bearer ${await sign({ role: 'x', other: 'y' })}`;
    const role = async (auth: TenantAuth) => (await authenticator.authenticate(header, auth)).role;
    expect(await role(tenant(bySecret))).toBe('x');
    expect(await role(tenant(bySecret, { jwt_role_claim_key: '.other' }))).toBe('y');
    expect(await role(tenant(bySecret, { jwt_role_claim_key: '.none' }))).toBe('anonymous');
    expect(await role(tenant(bySecret, { jwt_role_claim_key: '.none', db_anon_role: 'guest' }))).toBe('guest');
    const changed = tenant({ ...bySecret, secret: 'another-secret-that-is-long-enough' });
    await expect(role(changed)).rejects.toMatchObject({ code: 'PGRST301' });
  });
});
