import { parseColumns } from './parse-columns.js';

describe('a list of columns', () => {
  it.each([
    ['a', ['a']],
    ['a , b', ['a', 'b']],
    ['"a,b","c"', ['a,b', 'c']],
    ['a,a', ['a', 'a']],
    ['a)b', ['a']],
  ])('%p', (text, expected) => {
    expect(parseColumns('columns', text)).toEqual(expected);
  });

  it.each(['', 'a,', '(('])('cannot be %p', (text) => {
    expect(() => parseColumns('on_conflict', text)).toThrow(
      expect.objectContaining({ code: 'PGRST100', message: expect.stringContaining('on_conflict parameter') }),
    );
  });
});
