import { quoteIdentifier } from './quote-identifier.js';

describe('quoteIdentifier', () => {
  const table: [name: string, sql: string][] = [
    ['films', '"films"'],
    ['Depot Nord', '"Depot Nord"'],
    ['a"b', '"a""b"'],
    ['""', '""""""'],
    ['', '""'],
    ['select', '"select"'],
    [`'; drop table x; --`, `"'; drop table x; --"`],
  ];
  for (const [name, sql] of table) {
    it(`writes ${JSON.stringify(name)} as ${sql}`, () => expect(quoteIdentifier(name)).toBe(sql));
  }

  it('refuses a NUL byte', () => expect(() => quoteIdentifier('a\0b')).toThrow('NUL'));
});
