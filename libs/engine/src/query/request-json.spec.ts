import type { Pairs } from '../api-request/cookies.js';
import { cookiesJson, headersJson } from './request-json.js';

describe('headers as JSON', () => {
  it.each<[Pairs, string]>([
    [[], '{}'],
    [
      [
        ['host', 'a.test'],
        ['cookie', 'a=1'],
        ['x-a', 'b'],
      ],
      '{"host":"a.test","x-a":"b"}',
    ],
    [[['cookie', 'a=1']], '{}'],
    [
      [
        ['x-a', '1'],
        ['x-b', '2'],
        ['x-a', '3'],
      ],
      '{"x-a":"3","x-b":"2"}',
    ],
    [[['x-a', '"\\\t']], String.raw`{"x-a":"\"\\\t"}`],
    [[['x-a', 'é\ud800']], String.raw`{"x-a":"é\ud800"}`],
    [
      [
        ['x', '1'],
        ['7', 'seven'],
      ],
      '{"7":"seven","x":"1"}',
    ],
    [[['__proto__', '1']], '{"__proto__":"1"}'],
  ])('%j become %s', (headers, expected) => {
    expect(headersJson(headers)).toBe(expected);
    expect(headersJson(headers)).toBe(
      JSON.stringify(Object.fromEntries(headers.filter(([name]) => name !== 'cookie'))),
    );
  });
});

describe('cookies as JSON', () => {
  it('are those of the first Cookie header, the last of a name', () => {
    const headers: Pairs = [
      ['cookie', '  a = 1 ; b=2;c;b=3'],
      ['x', '1'],
      ['cookie', 'b=4; d=5'],
    ];
    expect(cookiesJson(headers)).toBe('{"a ":" 1 ","b":"3","c":""}');
    expect(cookiesJson([['x', '1']])).toBe('{}');
  });

  it('looks at each of thousands a few times, not at all of them for each', () => {
    let looks = 0;
    const names = Array.from({ length: 5_000 }, (_, at): [string, string] => [`x-${at}`, '']);
    const counted = new Proxy(names, {
      get(target, property, receiver): unknown {
        looks += 1;
        return Reflect.get(target, property, receiver);
      },
    });
    expect(headersJson(counted)).toBe(JSON.stringify(Object.fromEntries(names)));
    expect(looks).toBeLessThan(10 * names.length);
  });
});
