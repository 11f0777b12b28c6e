import type { SelectItem } from './ast.js';
import { parseSelect } from './parse-select.js';

const column = (name: string, more: Partial<Extract<SelectItem, { kind: 'field' }>> = {}): SelectItem => ({
  kind: 'field',
  field: { name, path: [] },
  alias: undefined,
  cast: undefined,
  aggregate: undefined,
  ...more,
});
const relation = (
  name: string,
  select: readonly SelectItem[],
  more: Partial<Extract<SelectItem, { kind: 'relation' }>> = {},
): SelectItem => ({ kind: 'relation', name, alias: undefined, hint: undefined, joinType: undefined, select, ...more });
const star: SelectItem = { kind: 'star' };

describe('columns', () => {
  it.each<[string, readonly SelectItem[]]>([
    ['', []],
    ['*', [star]],
    ['*,*', [star, star]],
    ['a,b', [column('a'), column('b')]],
    [' a ,\tb\t', [column('a'), column('b')]],
    ['Mixed Case', [column('Mixed Case')]],
    ['a-b', [column('a-b')]],
    ['地図', [column('地図')]],
    ['"a,b","qu\\"ote","i\\d"', [column('a,b'), column('qu"ote'), column('id')]],
    ['x:a', [column('a', { alias: 'x' })]],
    ['x : a', [column('a', { alias: 'x' })]],
    ['"y z":"col:on"', [column('col:on', { alias: 'y z' })]],
    ['a::text', [column('a', { cast: 'text' })]],
    ['a::double precision', [column('a', { cast: 'double precision' })]],
    ['a::int::text', [column('a', { cast: 'int' })]],
    ['x:a::text', [column('a', { alias: 'x', cast: 'text' })]],
    ['count', [column('count')]],
    ['count()', [{ kind: 'count', alias: undefined, cast: undefined }]],
    ['n:count()::text', [{ kind: 'count', alias: 'n', cast: 'text' }]],
    ['a.sum()', [column('a', { aggregate: { function: 'sum', cast: undefined } })]],
    ['a::int.avg()::text', [column('a', { cast: 'int', aggregate: { function: 'avg', cast: 'text' } })]],
    ['a.count()', [column('a', { aggregate: { function: 'count', cast: undefined } })]],
  ])('%p', (text, expected) => {
    expect(parseSelect(text)).toEqual(expected);
  });
});

describe('a path into json', () => {
  it.each([
    [
      'doc->a->>b',
      [
        ['json', 'a'],
        ['text', 'b'],
      ],
    ],
    [
      'doc->a->0',
      [
        ['json', 'a'],
        ['json', '+0'],
      ],
    ],
    ['doc->-1', [['json', '-1']]],
    ['doc->1a', [['json', '1a']]],
    ['doc->>n::int', [['text', 'n']]],
    ['doc->>k 1', [['text', 'k 1']]],
    [
      'doc-> a - b ->c',
      [
        ['json', 'a-b'],
        ['json', 'c'],
      ],
    ],
    ['doc->>"k.2"', [['text', 'k.2']]],
  ])('%p', (text, expected) => {
    const [item] = parseSelect(text);
    const path = item?.kind === 'field' ? item.field.path : [];
    const steps = path.map(({ result, operand }) => [result, operand.kind === 'key' ? operand.key : operand.index]);
    expect(steps).toEqual(expected);
  });

  it('tells an index from a key', () => {
    expect(parseSelect('d->1,d->"1"').map((item) => item.kind === 'field' && item.field.path[0]?.operand.kind)).toEqual(
      ['index', 'key'],
    );
  });
});

describe('embeds', () => {
  it.each<[string, readonly SelectItem[]]>([
    ['maps(id)', [relation('maps', [column('id')])]],
    ['maps()', [relation('maps', [])]],
    ['maps (id) ,name', [relation('maps', [column('id')]), column('name')]],
    ['a:maps!fk!inner(*)', [relation('maps', [star], { alias: 'a', hint: 'fk', joinType: 'inner' })]],
    ['maps!left!fk(id)', [relation('maps', [column('id')], { hint: 'fk', joinType: 'left' })]],
    ['maps!fk!"b c"(id)', [relation('maps', [column('id')], { hint: 'fk' })]],
    ['maps!inner!left(id)', [relation('maps', [column('id')], { joinType: 'inner' })]],
    ['"*"', [star]],
    ['a:"*"', [column('*', { alias: 'a' })]],
    ['maps!"inner_id"(id)', [relation('maps', [column('id')], { hint: 'inner_id' })]],
    [
      'maps(id, *, ...b(c))',
      [
        relation('maps', [
          column('id'),
          star,
          { kind: 'spread', name: 'b', hint: undefined, joinType: undefined, select: [column('c')] },
        ]),
      ],
    ],
    ['a(b(c))', [relation('a', [relation('b', [column('c')])])]],
    ['...maps!fk(id)', [{ kind: 'spread', name: 'maps', hint: 'fk', joinType: undefined, select: [column('id')] }]],
  ])('%p', (text, expected) => {
    expect(parseSelect(text)).toEqual(expected);
  });
});

describe('what follows or does not begin a list', () => {
  it.each<[string, readonly SelectItem[]]>([
    [',id', []],
    ['(id)', []],
    [':id', []],
    ["'id'", []],
    ['-', []],
    ['...', []],
    ['...id', []],
    ['**', []],
    ['...a-(id)', []],
    ['maps(id))', [relation('maps', [column('id')])]],
    ['maps(id)name', [relation('maps', [column('id')])]],
  ])('is read over: %p', (text, expected) => {
    expect(parseSelect(text)).toEqual(expected);
  });
});

describe('a mistake', () => {
  it.each([
    ['id,', 4],
    [' ', 2],
    ['id,**', 5],
    ['maps(id) ', 10],
    ['maps!inner_id(id)', 5],
    ['doc->a:b', 7],
    ['doc->-a', 7],
    ['id->', 5],
    ['id:', 4],
    ['a:b:c', 4],
    ['id.sum', 7],
    ['i.d', 3],
    ['id.sum()::int::text', 14],
    ["id'", 3],
    ['id\0', 3],
    ['id!inner', 3],
    ['maps!(id)', 5],
    ['"id', 4],
    ['id-', 4],
    ['count(id)', 6],
    ['x:...maps(id)', 3],
    ['id,..maps(id)', 4],
    ['maps(id', 8],
    ['maps(id,)', 9],
    ['maps(,id)', 6],
    ['a\nb::', 2],
  ])('in %p is at column %i', (text, columnNumber) => {
    expect(() => parseSelect(text)).toThrow(
      expect.objectContaining({
        code: 'PGRST100',
        message: `"failed to parse select parameter (${text})" (line 1, column ${columnNumber})`,
      }),
    );
  });

  it('is found on its own line', () => {
    expect(() => parseSelect('"a\nb","c')).toThrow(
      expect.objectContaining({ message: expect.stringContaining('(line 2, column 6)') }),
    );
  });

  it('is repeated whole as long as it is told where it is wrong', () => {
    const text = `${'a'.repeat(5_000)}!`;
    expect(() => parseSelect(text)).toThrow(expect.objectContaining({ message: expect.stringContaining(`(${text})`) }));
  });

  it('is not repeated whole when it is huge', () => {
    expect(() => parseSelect(`${'a'.repeat(1_000_000)}'`)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{100,700}$/) }),
    );
  });

  it.each([
    [`${'a,'.repeat(4_095)}!`, /\(line 1, column 8191\)$/, /^unexpected "!"/],
    [`${'a('.repeat(499)}!`, /\(line 1, column 999\)$/, /^unexpected "!"/],
    [`${'a,'.repeat(4_096)}!`, /\(line 1, column 1\)$/, /^too long/],
  ])('is only looked for where that does not keep others waiting', (text, message, details) => {
    expect(() => parseSelect(text)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message), details: expect.stringMatching(details) }),
    );
  });
});

describe('depth', () => {
  const nested = (levels: number) => `${'a('.repeat(levels)}id${')'.repeat(levels)}`;

  it('is followed to 500 levels', () => {
    expect(parseSelect(nested(500))).toHaveLength(1);
  });

  it('is refused beyond', () => {
    expect(() => parseSelect(nested(501))).toThrow(expect.objectContaining({ code: 'PGRST100' }));
    expect(() => parseSelect('a('.repeat(500_000))).toThrow(expect.objectContaining({ code: 'PGRST100' }));
  });
});
