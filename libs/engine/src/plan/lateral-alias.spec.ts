import { lateralAliasFor } from './lateral-alias.js';

describe('lateralAliasFor', () => {
  it('joins parent, embed and depth', () => {
    expect(lateralAliasFor('films', 'directors', 1)).toBe('films_directors_1');
  });

  it('keeps long names apart within the length of a PostgreSQL name', () => {
    const long = 'é'.repeat(31);
    const names = [lateralAliasFor(long, 'a', 1), lateralAliasFor(long, 'b', 1)];
    expect(names[0]).not.toBe(names[1]);
    expect(names.map((name) => Buffer.byteLength(name) <= 63)).toEqual([true, true]);
  });
});
