import { compileIRegexp } from './i-regexp.js';

describe('an I-Regexp', () => {
  const table: [pattern: string, text: string, whole: boolean, part: boolean][] = [
    ['abc', 'abc', true, true],
    ['abc', 'xabcx', false, true],
    ['', '', true, true],
    ['', 'x', false, true],
    ['a|b', 'b', true, true],
    ['a.c', 'a\nc', false, false],
    ['(ab)*c', 'ababc', true, true],
    ['(ab)+', 'a', false, false],
    ['a?b', 'b', true, true],
    ['a{2}', 'aa', true, true],
    ['a{2}', 'aaa', false, true],
    ['a{2,}', 'aaaa', true, true],
    ['a{1,2}', 'aaa', false, true],
    ['[a-c]+', 'abcb', true, true],
    ['[^a-c]', 'd', true, true],
    ['[^a-c]', 'a', false, false],
    ['[a\\-c]', '-', true, true],
    ['[-a]', '-', true, true],
    ['\\p{Lu}\\p{L}+', 'Ünï', true, true],
    ['\\P{Lu}', 'x', true, true],
    ['\\.', '.', true, true],
    ['\\.', 'x', false, false],
    ['\\d+', '123', true, true],
    ['^ab', 'abc', false, true],
    ['^b', 'abc', false, false],
    ['c$', 'abc', false, true],
    ['b$', 'abc', false, false],
    ['^abc$', 'abc', true, true],
    ['(a*)*b', 'aaaa', false, false],
    ['😀.', '😀😀', true, true],
  ];
  for (const [pattern, text, whole, part] of table) {
    it(`${pattern} for ${JSON.stringify(text)}`, () => {
      const compiled = compileIRegexp(pattern);
      expect([compiled?.test(text, true), compiled?.test(text, false)]).toEqual([whole, part]);
    });
  }

  const refused = [
    '(',
    ')',
    'a)',
    '*',
    '+a',
    'a{2',
    'a{3,2}',
    'a{9999}',
    '[',
    '[]',
    '[b-a]',
    '\\',
    '\\k',
    '\\p{Xyz}',
    '\\p{',
    '((a{1000}){1000}){1000}',
    '(?=a)',
    '(a)\\1',
  ];
  for (const pattern of refused) {
    it(`refuses ${pattern}`, () => expect(compileIRegexp(pattern)).toBeUndefined());
  }

  it('takes time linear in the text where backtracking would never end', () => {
    const started = performance.now();
    expect(compileIRegexp('(a|a)*(a|a)*(a+)+$')?.test(`${'a'.repeat(4_000)}!`, true)).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
