import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { parseJwks } from './parse-jwks.js';

const set = (...keys: unknown[]) => JSON.stringify({ keys });
let rsa: JWK;
let ec: JWK;
let ecPrivate: JWK;

beforeAll(async () => {
  rsa = await exportJWK((await generateKeyPair('RS256', { extractable: true })).publicKey);
  const pair = await generateKeyPair('ES256', { extractable: true });
  ec = await exportJWK(pair.publicKey);
  ecPrivate = await exportJWK(pair.privateKey);
});

describe('parseJwks', () => {
  it('keeps public keys for signatures with their id and algorithm', async () => {
    const jwks = await parseJwks(set({ ...rsa, kid: 'r', alg: 'RS256', use: 'sig', x5t: 'x' }, { ...ec, kid: 'e' }));
    expect(jwks.keys).toEqual([
      { ...rsa, kid: 'r', alg: 'RS256' },
      { ...ec, kid: 'e' },
    ]);
  });

  it('drops what is not for signatures, shared, unknown, weak or broken', async () => {
    const jwks = await parseJwks(
      set(
        { ...rsa, use: 'enc' },
        { ...rsa, key_ops: ['encrypt'] },
        { ...rsa, alg: 'RSA-OAEP' },
        { ...rsa, alg: 'HS256' },
        { ...rsa, n: 'AQAB' },
        { kty: 'oct', k: 'c2VjcmV0LXRoYXQtaXMtbG9uZy1lbm91Z2gtZm9yLWhzMjU2', alg: 'HS256' },
        { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' },
        { kty: 'AKP', alg: 'ML-DSA-44', pub: 'x' },
        { kid: 5, kty: 'RSA' },
        'text',
        { ...ec, kid: 'good' },
      ),
    );
    expect(jwks.keys.map(({ kid }) => kid)).toEqual(['good']);
  });

  it('strips private members', async () => {
    const jwks = await parseJwks(set({ ...ecPrivate, kid: 'e' }));
    expect(jwks.keys).toEqual([{ ...ec, kid: 'e' }]);
  });

  it('takes a key that is listed twice once', async () => {
    expect((await parseJwks(set({ ...ec, kid: 'e' }, { ...ec, kid: 'e' }))).keys).toHaveLength(1);
  });

  const refused: [what: string, text: () => string, message: string][] = [
    ['another key under the same id', () => set({ ...ec, kid: 'x' }, { ...rsa, kid: 'x' }), "two keys with the id 'x'"],
    ['a set without a usable key', () => set({ ...rsa, use: 'enc' }), 'no public key for signatures'],
    ['an empty set', () => set(), 'no public key for signatures'],
    ['more keys than anybody has', () => set(...Array.from({ length: 51 }, () => ec)), 'more than 50 keys'],
    ['a key alone', () => JSON.stringify(ec), 'no JSON Web Key Set'],
    ['a page', () => '<html>', 'no JSON Web Key Set'],
    ['null', () => 'null', 'no JSON Web Key Set'],
  ];
  for (const [what, text, message] of refused) {
    it(`refuses ${what}`, () => expect(parseJwks(text())).rejects.toThrow(message));
  }
});
