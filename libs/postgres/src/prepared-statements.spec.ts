import { PreparedStatements } from './prepared-statements.js';

describe('PreparedStatements', () => {
  it('names a text by its hash, the same everywhere', () => {
    const [one, other] = [new PreparedStatements(10), new PreparedStatements(10)];
    expect(one.claim('select 1').name).toBe(other.claim('select 1').name);
    expect(one.claim('select 1').name).not.toBe(one.claim('select 2').name);
    expect(one.claim('select 1')).toBe(one.claim('select 1'));
    expect(one.claim('x'.repeat(100_000)).name.length).toBeLessThan(64);
  });

  it('hands out the names to close of those used least lately, once', () => {
    const statements = new PreparedStatements(2);
    const [a, b, c] = ['a', 'b', 'c'].map((text) => {
      const statement = statements.claim(text);
      statement.parsed = true;
      statements.claim('a');
      return statement;
    });
    expect(statements.takeEvicted()).toEqual([b?.name]);
    expect(statements.takeEvicted()).toEqual([]);
    expect(statements.claim('a')).toBe(a);
    expect(statements.claim('c')).toBe(c);
  });

  it('closes nothing that never came to be', () => {
    const statements = new PreparedStatements(1);
    statements.claim('a');
    statements.claim('b');
    expect(statements.takeEvicted()).toEqual([]);
  });

  it('gives new names once the old ones turned out wrong', () => {
    const statements = new PreparedStatements(10);
    const before = statements.claim('a').name;
    statements.forgetAll();
    expect(statements.claim('a').name).not.toBe(before);
  });
});
