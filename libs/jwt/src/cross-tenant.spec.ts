/** Threat: a token, or the memory of one, that counts at another tenant than its own. */
import { postgrestDefaults, type JwtConfig } from '@perch/contract';
import { SignJWT } from 'jose';
import { noKeys } from '../../../tools/testing/tenant-snapshot.js';
import { createAuthenticator, type Authenticator, type TenantAuth } from './index.js';

const secrets = { a: 'secret-of-tenant-a-that-is-long-enough', b: 'secret-of-tenant-b-that-is-long-enough' };
const token = async (secret: string, claims: Record<string, unknown> = { role: 'editor' }) =>
  `Bearer ${await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret))}`;

function tenant(key: string, jwt: Partial<JwtConfig>, settings: Partial<TenantAuth['settings']> = {}): TenantAuth {
  return { key, jwt: { ...noKeys, ...jwt }, settings: { ...postgrestDefaults, ...settings } };
}

/** What it throws at once and what it rejects with are the same to who waits. */
const ask = async (authenticator: Authenticator, header: string, auth: TenantAuth) =>
  authenticator.authenticate(header, auth);

it("a tenant's token is refused by another tenant, before and after its own has remembered it", async () => {
  const authenticator = createAuthenticator();
  const [a, b] = [tenant('a', { secret: secrets.a }), tenant('b', { secret: secrets.b })];
  const header = await token(secrets.a);
  const atB = () => expect(ask(authenticator, header, b)).rejects.toMatchObject({ code: 'PGRST301' });
  await atB();
  expect((await authenticator.authenticate(header, a)).role).toBe('editor');
  await atB();
});

it('tenants that share an issuer are told apart by audience, though both remember the token', async () => {
  const authenticator = createAuthenticator();
  const shared = { secret: secrets.a, audience_required: true };
  const [a, b] = [tenant('a', { ...shared, audience: 'a' }), tenant('b', { ...shared, audience: 'b' })];
  const header = await token(secrets.a, { role: 'editor', aud: 'a' });
  for (let time = 0; time < 2; time += 1) {
    expect((await authenticator.authenticate(header, a)).role).toBe('editor');
    await expect(ask(authenticator, header, b)).rejects.toMatchObject({ message: 'JWT not in audience' });
  }
});

it('tenants that share an issuer are told apart by issuer', async () => {
  const authenticator = createAuthenticator();
  const [a, b] = [
    tenant('a', { secret: secrets.a, issuer: 'https://a.test' }),
    tenant('b', { secret: secrets.a, issuer: 'https://b.test' }),
  ];
  const header = await token(secrets.a, { role: 'editor', iss: 'https://a.test' });
  expect((await authenticator.authenticate(header, a)).role).toBe('editor');
  await expect(ask(authenticator, header, b)).rejects.toMatchObject({ message: 'JWT not from issuer' });
});

it('the same token has the role that each tenant finds in it', async () => {
  const authenticator = createAuthenticator();
  const jwt = { secret: secrets.a };
  const [a, b] = [
    tenant('a', jwt, { jwt_role_claim_key: '.role' }),
    tenant('b', jwt, { jwt_role_claim_key: '$.roles[0]' }),
  ];
  const header = await token(secrets.a, { role: 'editor', roles: ['reader'] });
  for (let time = 0; time < 2; time += 1) {
    expect((await authenticator.authenticate(header, a)).role).toBe('editor');
    expect((await authenticator.authenticate(header, b)).role).toBe('reader');
  }
});

it('keys of tenants whose names run into each other do not meet', async () => {
  const authenticator = createAuthenticator();
  const header = await token(secrets.a);
  const names = ['x', 'x"', 'x/y', 'x\u0000'];
  for (const name of names) {
    expect((await authenticator.authenticate(header, tenant(name, { secret: secrets.a }))).role).toBe('editor');
    const other = tenant(`${name}y`, { secret: secrets.b });
    await expect(ask(authenticator, header, other)).rejects.toMatchObject({ code: 'PGRST301' });
  }
});
