import { checkClaims, type ClaimRules } from './claims.js';
import type { JsonObject } from './json-value.js';

const NOW = 1_700_000_000;
const noRules: ClaimRules = { audience: undefined, audienceRequired: false, issuer: undefined };
const audience: ClaimRules = { ...noRules, audience: 'us' };

describe('checkClaims', () => {
  const accepted: [claims: JsonObject, rules: ClaimRules][] = [
    [{}, noRules],
    [{ exp: NOW - 30, nbf: NOW + 30, iat: NOW + 30 }, noRules],
    [{ exp: null, nbf: null, iat: null, aud: null }, audience],
    [{ nbf: 1e30 }, noRules],
    [{ iat: 1.5 }, noRules],
    [{ aud: 'them' }, noRules],
    [{ aud: 'us' }, audience],
    [{ aud: ['them', 'us'] }, audience],
    [{ aud: [] }, audience],
    [{}, audience],
    [{ aud: 'us' }, { ...audience, audienceRequired: true }],
    [{ iss: 'them' }, noRules],
    [{ iss: 'them' }, { ...noRules, issuer: 'them' }],
  ];
  for (const [claims, rules] of accepted) {
    it(`accepts ${JSON.stringify(claims)} with ${JSON.stringify(rules)}`, () => {
      expect(() => checkClaims(claims, rules, NOW)).not.toThrow();
    });
  }

  it('counts in whole seconds', () => {
    expect(() => checkClaims({ exp: NOW - 30 }, noRules, NOW + 0.999)).not.toThrow();
    expect(() => checkClaims({ exp: NOW - 30 }, noRules, NOW + 1)).toThrow('JWT expired');
    expect(() => checkClaims({ nbf: NOW + 31 }, noRules, NOW + 0.999)).toThrow('JWT not yet valid');
  });

  const refused: [claims: JsonObject, rules: ClaimRules, message: string][] = [
    [{ exp: NOW - 31 }, noRules, 'JWT expired'],
    [{ exp: NOW + 1_000.5 }, noRules, 'JWT expired'],
    [{ exp: 1e30 }, noRules, 'JWT expired'],
    [{ nbf: NOW + 31 }, noRules, 'JWT not yet valid'],
    [{ nbf: NOW + 1_000.5 }, noRules, 'JWT not yet valid'],
    [{ iat: NOW + 31 }, noRules, 'JWT issued at future'],
    [{ exp: 'x' }, noRules, "The JWT 'exp' claim must be a number"],
    [{ nbf: true }, noRules, "The JWT 'nbf' claim must be a number"],
    [{ iat: {} }, noRules, "The JWT 'iat' claim must be a number"],
    [{ aud: 5 }, noRules, "The JWT 'aud' claim must be a string or an array of strings"],
    [{ aud: ['us', 5] }, audience, "The JWT 'aud' claim must be a string or an array of strings"],
    [{ aud: 'them' }, audience, 'JWT not in audience'],
    [{ aud: 'US' }, audience, 'JWT not in audience'],
    [{ aud: '' }, audience, 'JWT not in audience'],
    [{}, { ...audience, audienceRequired: true }, 'JWT not in audience'],
    [{ aud: [] }, { ...audience, audienceRequired: true }, 'JWT not in audience'],
    [{ iss: 'them' }, { ...noRules, issuer: 'us' }, 'JWT not from issuer'],
    [{}, { ...noRules, issuer: 'us' }, 'JWT not from issuer'],
    [{ exp: 1, nbf: NOW + 100, aud: 5 }, noRules, 'JWT expired'],
    [{ nbf: NOW + 100, iat: NOW + 100 }, noRules, 'JWT not yet valid'],
  ];
  for (const [claims, rules, message] of refused) {
    it(`refuses ${JSON.stringify(claims)} with ${JSON.stringify(rules)}`, () => {
      expect(() => checkClaims(claims, rules, NOW)).toThrow(message);
    });
  }
});
