import { bearerToken } from './bearer-token.js';

describe('bearerToken', () => {
  const table: [header: string | undefined, token: string | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['Basic YTpi', undefined],
    ['a.b.c', undefined],
    ['Bearertoken', undefined],
    ['Bearer', ''],
    ['Bearer ', ''],
    ['Bearer a.b.c', 'a.b.c'],
    ['bearer a.b.c', 'a.b.c'],
    ['BEARER\ta.b.c', 'a.b.c'],
    ['Bearer   a.b.c ', 'a.b.c'],
    ['Bearer "a.b.c"', '"a.b.c"'],
  ];
  for (const [header, token] of table) {
    it(`reads ${JSON.stringify(header)} as ${JSON.stringify(token)}`, () => expect(bearerToken(header)).toBe(token));
  }
});
