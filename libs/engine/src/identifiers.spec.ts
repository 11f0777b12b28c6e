import { displayName, identifierKey, parseQualifiedIdentifier, sameIdentifier } from './identifiers.js';

describe('a qualified identifier', () => {
  it.each([
    ['api.check', { schema: 'api', name: 'check' }],
    ['check', { schema: '', name: 'check' }],
    ['a.b.c', { schema: 'a', name: 'b.c' }],
  ])('is read from %p', (text, expected) => {
    expect(parseQualifiedIdentifier(text)).toEqual(expected);
  });

  it('shows its schema where it has one', () => {
    expect([displayName({ schema: 'api', name: 'f' }), displayName({ schema: '', name: 'f' })]).toEqual(['api.f', 'f']);
  });

  it('has a key of its own even where the texts join to the same', () => {
    const [left, right] = [
      { schema: 'a', name: 'b.c' },
      { schema: 'a.b', name: 'c' },
    ] as const;
    expect(identifierKey(left)).not.toBe(identifierKey(right));
    expect(sameIdentifier(left, right)).toBe(false);
    expect(sameIdentifier(left, { ...left })).toBe(true);
  });
});
