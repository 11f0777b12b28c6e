import { lateralAliasFor, rowsAliasFor } from './lateral-alias.js';

describe('lateralAliasFor', () => {
  it('joins parent, embed and depth', () => {
    expect(rowsAliasFor('directors', 1)).toBe('directors_1');
    expect(lateralAliasFor('films', 'directors', 1)).toBe('films_directors_1');
  });

  it('keeps long names apart within the length of a PostgreSQL name', () => {
    const long = 'é'.repeat(31);
    const names = [
      lateralAliasFor(long, 'a', 1),
      lateralAliasFor(long, 'b', 1),
      rowsAliasFor(`${long}a`, 1),
      rowsAliasFor(`${long}a`, 2),
    ];
    expect(new Set(names).size).toBe(4);
    expect(names.filter((name) => Buffer.byteLength(name) > 63)).toEqual([]);
  });
});
