import type { EngineResponse } from './engine-response.js';
import { applyGucs } from './guc-overrides.js';

const response: EngineResponse = {
  status: 200,
  headers: [
    ['Content-Type', 'a/b'],
    ['Vary', 'x'],
  ],
  body: 'b',
};

describe('response.headers', () => {
  it.each<[string, EngineResponse['headers']]>([
    ['[]', response.headers],
    ['[{"X-A":"1"},{"x-a":"2"}]', [...response.headers, ['X-A', '1'], ['x-a', '2']]],
    [
      '[{"content-type":"c/d"}]',
      [
        ['Vary', 'x'],
        ['content-type', 'c/d'],
      ],
    ],
    ['[{"X-S":"  a  "}]', [...response.headers, ['X-S', 'a']]],
    ['[{"X-U":"é"}]', [...response.headers, ['X-U', 'é']]],
    ['[{"Content-Length":"9"}]', response.headers],
    ['[{"Trailer":"X-Sum"},{"Upgrade":"h2c"},{"Keep-Alive":"timeout=1"}]', response.headers],
  ])('%s makes %j', (gucHeaders, headers) => {
    expect(applyGucs(response, { gucHeaders, gucStatus: undefined })).toEqual({ ...response, headers });
  });

  it.each([
    'bad',
    '{"X-A":"1"}',
    '[{"X-A":1}]',
    '[{"X-A":null}]',
    '[{"X-A":"1","X-B":"2"}]',
    '[{}]',
    '["X-A"]',
    '[["X-A"]]',
    '[{"X A":"1"}]',
    String.raw`[{"X-A":"1\r\nSet-Cookie: a=b"}]`,
  ])('refuses %s', (gucHeaders) => {
    expect(() => applyGucs(response, { gucHeaders, gucStatus: undefined })).toThrow(
      expect.objectContaining({ code: 'PGRST111' }),
    );
  });
});

describe('response.status', () => {
  it.each([
    ['201', 201],
    ['201x', 201],
    ['200e2', 200],
    ['299', 299],
    ['999', 999],
  ])('%s is %i', (gucStatus, status) => {
    expect(applyGucs(response, { gucHeaders: undefined, gucStatus })).toEqual({ ...response, status });
  });

  it.each(['abc', '-5', ' 200', '100', '1000', ''])('refuses %j, before what is wrong with headers', (gucStatus) => {
    for (const gucHeaders of [undefined, '{bad']) {
      expect(() => applyGucs(response, { gucHeaders, gucStatus })).toThrow(
        expect.objectContaining({ code: 'PGRST112' }),
      );
    }
  });
});
