import { corsHeaders, optionsOriginHeaders, preflightResponse, varyByOrigin, type Headers } from './cors.js';

const open = { corsAllowedOrigins: undefined };
const listed = { corsAllowedOrigins: ['https://one.example'] };
const expose = [
  'Access-Control-Expose-Headers',
  'Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, Transfer-Encoding, Range-Unit',
];

const get = (headers: Headers) => ({ method: 'GET', headers });
const options = (headers: Headers) => ({ method: 'OPTIONS', headers });

describe('an ordinary request', () => {
  it.each<[Headers, typeof open | typeof listed, readonly (readonly string[])[]]>([
    [[], open, []],
    [[['origin', 'http://x']], open, [['Access-Control-Allow-Origin', '*'], expose]],
    [[['origin', '']], open, [['Access-Control-Allow-Origin', '*'], expose]],
    [
      [['origin', 'https://one.example']],
      listed,
      [['Access-Control-Allow-Origin', 'https://one.example'], ['Access-Control-Allow-Credentials', 'true'], expose],
    ],
    [[['origin', 'https://ONE.example']], listed, []],
  ])('with %j gets the headers of its origin', (headers, config, expected) => {
    expect(corsHeaders(get(headers), config)).toEqual(expected);
  });
});

describe('a preflight', () => {
  const preflight: Headers = [
    ['origin', 'https://one.example'],
    ['access-control-request-method', 'POST'],
    ['access-control-request-headers', 'Foo, X-Bar,authorization'],
  ];

  it('is told methods, headers and how long that holds', () => {
    expect(preflightResponse(options(preflight), open)).toEqual({
      status: 200,
      headers: [
        ['Access-Control-Allow-Origin', '*'],
        ['Access-Control-Allow-Methods', 'GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD'],
        [
          'Access-Control-Allow-Headers',
          'Authorization, Foo, X-Bar, authorization, Accept, Accept-Language, Content-Language',
        ],
        ['Access-Control-Max-Age', '86400'],
      ],
      body: undefined,
    });
  });

  it.each<[string, Headers, typeof open | typeof listed]>([
    ['without an origin', preflight.slice(1), open],
    ['without a method', [['origin', 'https://one.example']], open],
    [
      'with a method that the dialect lacks',
      [
        ['origin', 'x'],
        ['access-control-request-method', 'FOO'],
      ],
      open,
    ],
    ['from an origin that is not listed', [['origin', 'https://two.example'], ...preflight.slice(1)], listed],
  ])('is none %s', (_, headers, config) => {
    expect(preflightResponse(options(headers), config)).toBeUndefined();
  });

  it('is none by another method than OPTIONS', () => {
    expect(preflightResponse(get(preflight), open)).toBeUndefined();
  });
});

describe('OPTIONS', () => {
  it.each<[Headers, typeof open | typeof listed, readonly (readonly string[])[]]>([
    [[], listed, [['Access-Control-Allow-Origin', '*']]],
    [[['origin', 'http://x']], open, [['Access-Control-Allow-Origin', '*']]],
    [[['origin', 'https://one.example']], listed, [['Access-Control-Allow-Origin', '*']]],
    [[['origin', 'https://two.example']], listed, []],
  ])('with %j allows %j', (headers, config, expected) => {
    expect(optionsOriginHeaders(headers, config)).toEqual(expected);
    expect(corsHeaders(options(headers), config)).toEqual([]);
  });
});

describe('an answer that may be kept', () => {
  const kept = ['Cache-Control', 'max-age=60'] as const;
  const vary = ['Vary', 'Accept, Prefer, Range'] as const;
  it.each<[Headers, typeof open | typeof listed, Headers]>([
    [[vary], listed, [vary]],
    [[vary, kept], open, [vary, kept]],
    [[vary, kept], listed, [kept, ['Vary', 'Accept, Prefer, Range, Origin']]],
    [
      [['expires', 'Thu, 01 Jan 2099 00:00:00 GMT']],
      listed,
      [
        ['expires', 'Thu, 01 Jan 2099 00:00:00 GMT'],
        ['Vary', 'Origin'],
      ],
    ],
    [[kept, ['vary', 'origin']], listed, [kept, ['vary', 'origin']]],
    [[kept, ['Vary', '*']], listed, [kept, ['Vary', '*']]],
  ])('%j says that it depends on the origin', (headers, config, expected) => {
    expect(varyByOrigin(headers, config)).toEqual(expected);
  });
});
