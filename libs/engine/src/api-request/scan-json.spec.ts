import fc from 'fast-check';
import { scanJson, type JsonOutline } from './scan-json.js';

describe('the outline of a JSON text', () => {
  it.each<[string, JsonOutline]>([
    ['{}', { kind: 'object', keys: [] }],
    [' { "b" : [1, {"c": 2}] , "a" : null } ', { kind: 'object', keys: ['b', 'a'] }],
    ['{"a":1,"a":2}', { kind: 'object', keys: ['a'] }],
    ['{"\\u0061\\n":1}', { kind: 'object', keys: ['a\n'] }],
    ['[]', { kind: 'array', keys: [] }],
    ['[ {}, {} ]', { kind: 'array', keys: [] }],
    ['[{"a":1,"b":2},{"b":1,"a":2}]', { kind: 'array', keys: ['a', 'b'] }],
    ['[{"a":1},{"\\u0061":2}]', { kind: 'array', keys: ['a'] }],
    ['[{"a":1},{"a":1,"a":2}]', { kind: 'array', keys: ['a'] }],
    ['[{"a":1},{"b":1}]', { kind: 'array', keys: undefined }],
    ['[{"a":1},2]', { kind: 'array', keys: undefined }],
    ['[[{"a":1}]]', { kind: 'array', keys: undefined }],
    ['-1.5e+3', { kind: 'scalar' }],
    ['"\\uD83d\\uDe00 \\ud7ff \\uE000"', { kind: 'scalar' }],
    // PostgreSQL is left to refuse control characters that PostgREST does not see.
    ['{"\\u0061\n":"é\t","b":"\\n\0"}', { kind: 'object', keys: ['a\n', 'b'] }],
    ['[{"é\x01":1},{"\\u00e9\\u0001":1}]', { kind: 'array', keys: ['é\x01'] }],
  ])('%s', (text, expected) => {
    expect(scanJson(text)).toEqual(expected);
  });

  it.each([
    ...[
      '',
      ' ',
      '{',
      '[',
      '[1',
      '[1,]',
      '[,1]',
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
      '{a:1}',
      "{'a':1}",
      '{"a":1}}',
      '{"a":1}{',
      '[}',
      '{]',
    ],
    ...[
      '01',
      '1.',
      '.5',
      '+1',
      '-',
      '1e',
      'tru',
      'NaN',
      '"',
      '"a',
      '"\\x"',
      '"\\u12"',
      '"\\ud800"',
      '"\\udc00"',
      '"\\ud800\\ud800"',
      '"\\ud800\\u0041"',
      '"\\udbff x\\udfff"',
      '{"\\uDFFF":1}',
      '[{"a":["\\ud83d"]}]',
      '"\n"',
      '"a\n\\n"',
      '"\\\n"',
      '{"\\n":"\n"}',
      '"é\n',
      '[1 2]',
      '{"a" 1}',
      '\ufeff1',
      '\u00a01',
    ],
    ...['[[1,2],[3,4]', '[{"a":[}]', '[{"a":1}{"b":2}]', '/**/1'],
  ])('is none for %p', (text) => {
    expect(scanJson(text)).toBeUndefined();
  });
});

describe('any text', () => {
  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const piece = fc.constantFrom(
    ...'{}[],:"\\ \n01-.eE+tfn'.split(''),
    'true',
    'null',
    '"a"',
    '"b":',
    '{"a":',
    '\\u00e9',
    'é',
    '[{"a":1},',
  );

  /** Control characters in a string behind an escape or a letter that is not ASCII, as blanks. */
  const withoutControls = (text: string): string =>
    text.replace(/"(?:\\[^]|[^"\\])*"/g, (string) => {
      const from = string.search(/[\\\x80-\uffff]/);
      if (from < 0) return string;
      return string.slice(0, from) + string.slice(from).replace(/(\\[^])|[\x00-\x1f]/g, (_, escaped = ' ') => escaped);
    });

  it('is JSON here exactly when it is for JSON.parse, but for halves of surrogate pairs and some control characters', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
          fc.json(),
          fc.json().map((text) => text.slice(0, -1)),
        ),
        (text) => {
          expect([text, scanJson(text) !== undefined]).toEqual([text, isJson(withoutControls(text))]);
        },
      ),
      { seed: 20261123, numRuns: 2_000 },
    );
  });

  it('has the keys that JSON.parse finds', () => {
    const row = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4, noNullPrototype: true });
    fc.assert(
      fc.property(row, (value) => {
        const text = JSON.stringify([value, value]);
        expect(scanJson(text)).toEqual({
          kind: 'array',
          keys: Object.keys(value).length === 0 ? [] : expect.arrayContaining(Object.keys(value)),
        });
      }),
      { seed: 20261123, numRuns: 200 },
    );
  });
});

describe('five megabytes', () => {
  it.each([
    ['open brackets', '['.repeat(5_000_000)],
    ['closed brackets', '['.repeat(2_500_000) + ']'.repeat(2_500_000)],
    ['open objects', '{"a":'.repeat(1_000_000)],
    ['empty rows', `[${'{},'.repeat(1_600_000)}{}]`],
    ['rows in another order', `[{"a":1,"b":2},${'{"b":1,"a":2},'.repeat(350_000)}{"a":1,"b":2}]`],
    [
      'rows of many keys',
      `[${[1, 2].map((last) => `{${Array.from({ length: 200_000 }, (_, key) => `"k${key}":1,`).join('')}"z${last}":1}`).join(',')}]`,
    ],
    ['escapes', `"${'\\n'.repeat(2_500_000)}"`],
    ['a long string', `"${'é'.repeat(5_000_000)}"`],
  ])('of %s are looked through in ten seconds of CPU', (_, text) => {
    const before = process.cpuUsage();
    scanJson(text);
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(10_000_000);
  });
});
