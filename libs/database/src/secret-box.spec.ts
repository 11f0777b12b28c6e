import { createSecretBox, type SecretPlace } from './secret-box.js';

const place: SecretPlace = { table: 'roles', column: 'password_sealed', row: 'br-a/owner' };
const box = createSecretBox('master key of this spec');

describe('a secret box', () => {
  test.each(['hunter2', '', 'päss "wörd" \u{1F511}', 'x'.repeat(10_000)])('opens what it sealed', (secret) => {
    expect(box.open(box.seal(secret, place), place)).toBe(secret);
  });

  test('never seals the same secret to the same text', () => {
    expect(box.seal('same', place)).not.toBe(box.seal('same', place));
  });

  test('says nothing of the secret in the envelope', () => {
    const sealed = box.seal('hunter2', place);
    expect(sealed).toMatch(/^v1\.[\w-]{16}\.[\w-]+$/);
    expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('hunter2');
  });

  test.each([
    ['another table', { ...place, table: 'endpoints' }],
    ['another column', { ...place, column: 'other' }],
    ['another row', { ...place, row: 'br-a/other' }],
    // The parts are kept apart: what ends one must not be able to begin the next.
    ['parts cut elsewhere', { table: 'rolespassword', column: '_sealed', row: place.row }],
  ])('does not open in %s', (_what, elsewhere) => {
    const sealed = box.seal('hunter2', place);
    expect(() => box.open(sealed, elsewhere)).toThrow(expect.objectContaining({ code: 'database.secret-unreadable' }));
  });

  test('does not open with another master key', () => {
    const other = createSecretBox('another master key');
    expect(() => other.open(box.seal('hunter2', place), place)).toThrow(/master key/);
  });

  test('opens what the key before has sealed, and seals it anew with the present one only', () => {
    const rotated = createSecretBox('the new master key', 'master key of this spec');
    const old = box.seal('hunter2', place);
    expect(rotated.open(old, place)).toBe('hunter2');
    const anew = rotated.reseal(old, place) ?? '';
    expect(createSecretBox('the new master key').open(anew, place)).toBe('hunter2');
    expect(() => box.open(anew, place)).toThrow(/master key/);
    expect(rotated.reseal(anew, place)).toBeUndefined();
    const strange = createSecretBox('another master key').seal('hunter2', place);
    expect(() => rotated.reseal(strange, place)).toThrow(/neither master key is the one/);
  });

  test('every changed character is noticed', () => {
    const sealed = box.seal('hunter2', place);
    for (let index = 3; index < sealed.length; index += 1) {
      const other = sealed[index] === 'A' ? 'B' : 'A';
      const changed = sealed.slice(0, index) + other + sealed.slice(index + 1);
      // The last character of a base64url text may carry bits that no byte holds.
      if (decoded(changed) === decoded(sealed)) continue;
      expect(() => box.open(changed, place)).toThrow();
    }
  });

  test.each(['', 'v1', 'v1.a.b', 'v2.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'hunter2'])(
    'refuses %j, which is no envelope',
    (text) => {
      expect(() => box.open(text, place)).toThrow(expect.objectContaining({ code: 'database.secret-unreadable' }));
    },
  );

  test('an error names the place and not the secret', () => {
    expect(() => box.open('nonsense', place)).toThrow("The secret in roles.password_sealed of 'br-a/owner'");
  });
});

function decoded(sealed: string): string {
  return sealed
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('hex'))
    .join('.');
}
