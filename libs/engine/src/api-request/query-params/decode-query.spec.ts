import { canonicalQuery, decodeQuery } from './decode-query.js';

describe('the pairs of a query string', () => {
  it.each<[string, readonly (readonly [string, string | undefined])[]]>([
    ['', []],
    [
      'a=1&b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'a=1;b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['a', [['a', undefined]]],
    ['a=', [['a', '']]],
    ['a=b=c', [['a', 'b=c']]],
    [
      '&a=1&&',
      [
        ['', undefined],
        ['a', '1'],
        ['', undefined],
      ],
    ],
    ['a+b=c%20d%2B', [['a b', 'c d+']]],
    ['%69d=%e5%9c%b0', [['id', '地']]],
    ['a=%zz%4', [['a', '%zz%4']]],
    ['a=%00', [['a', '\0']]],
    ['a=%EF%BB%BFb', [['a', '\ufeffb']]],
  ])('%p', (raw, expected) => {
    expect(decodeQuery(raw)).toEqual(expected);
  });

  it.each(['a=%ff', '%c3=1', 'a=%ed%a0%80', 'a=%c0%80', 'a=\u00ff'])(
    'are refused where they are not UTF-8: %p',
    (raw) => {
      expect(() => decodeQuery(raw)).toThrow(expect.objectContaining({ code: 'PERCH100', status: 400 }));
    },
  );
});

describe('the canonical form', () => {
  it.each([
    ['', ''],
    ['select=id,name&id=eq.1', 'id=eq.1&select=id%2Cname'],
    ['id=eq.1;id=eq.2', 'id=eq.1,eq.2'],
    ['id=eq.1&id', 'id=eq.1,'],
    ['&&&', '=,,'],
    ["a=(*)!'~._-", 'a=%28%2A%29%21%27~._-'],
    ['a=b+c', 'a=b%20c'],
    ['a=%zz', 'a=%25zz'],
    ['"id"=lt.3&%C3%BC=1', '%22id%22=lt.3&%C3%83%C2%BC=1'],
  ])('of %p is %p', (raw, expected) => {
    expect(canonicalQuery(raw)).toBe(expected);
  });
});
