import { parseQueryParams } from './query-params.js';

const parse = (raw: string) => parseQueryParams(raw, false);

describe('what a parameter is', () => {
  it('is said by the last segment of its name', () => {
    const params = parse(
      'maps.id=eq.1&maps.sheets.order=id&maps.limit=2&maps.or=(a.eq.1,b.eq.2)&"order"=eq.1&"a.b"=is.null',
    );
    expect(params.filters.map(({ path, value }) => [path, value.field.name])).toEqual([
      [['maps'], 'id'],
      [[], 'order'],
      [[], 'a.b'],
    ]);
    expect(params.orders.map(({ path }) => path)).toEqual([['maps', 'sheets']]);
    expect(params.ranges).toEqual([{ name: 'maps.limit', value: { offset: 0n, limit: 2n } }]);
    expect(params.logic.map(({ path }) => path)).toEqual([['maps']]);
  });

  it.each([
    ['not.or', [], true],
    ['not.not.or', [], true],
    ['maps.not.and', ['maps'], true],
    ['not.maps.and', ['maps'], true],
    ['maps.and.or', ['maps', 'and'], false],
    ['"a.b".or', ['a.b'], false],
  ])('%s: a not before the operator negates and is no embed', (name, path, negated) => {
    expect(parse(`${name}=(a.eq.1)`).logic).toMatchObject([{ path, value: { kind: 'group', negated } }]);
  });

  it('reads over what follows a complete name', () => {
    const names = (raw: string) => parse(raw).filters.map(({ value }) => value.field.name);
    expect(['id[]=eq.1', 'id!=eq.1', 'id::text=eq.1', 'id,=eq.1', 'id%00=eq.1', ' id =eq.1'].flatMap(names)).toEqual(
      Array.from({ length: 6 }, () => 'id'),
    );
  });
});

describe('a repeated parameter', () => {
  it('counts once where it is select, columns, on_conflict or an order: the first', () => {
    const params = parse(
      'select=a&select=((&columns=b&columns=c&on_conflict=d&on_conflict=e&order=f&order=g&x.order=h',
    );
    expect(params).toMatchObject({ select: [{ field: { name: 'a' } }], columns: ['b'], onConflict: ['d'] });
    expect(params.orders.map(({ value }) => value)).toMatchObject([
      [{ field: { name: 'f' } }],
      [{ field: { name: 'h' } }],
    ]);
  });

  it('counts once where it is limit or offset: the last', () => {
    expect(parse('limit=2&limit=3&offset=1&offset=2').topLevelRange).toEqual({ offset: 2n, limit: 3n });
    expect(parse('limit=2&limit=x').topLevelRange).toEqual({ offset: 0n, limit: undefined });
  });

  it('adds up where it is a filter or a logic tree', () => {
    const params = parse('id=gt.1&id=lt.5&or=(a.eq.1)&or=(b.eq.1)');
    expect([params.filters.length, params.logic.length]).toEqual([2, 2]);
  });
});

describe('pages', () => {
  it.each<[string, readonly [offset: bigint, limit: bigint | undefined]]>([
    ['a.limit=abc', [0n, undefined]],
    ['a.limit=abc&a.offset=2', [2n, 0n]],
    ['a.limit=3&a.offset=x', [0n, 3n]],
    ['a.limit=3&a.limit=4&a.offset=1', [1n, 4n]],
  ])('%s', (query, [offset, limit]) => {
    expect(parse(query).ranges).toEqual([{ name: 'a.limit', value: { offset, limit } }]);
  });
});

describe('several mistakes', () => {
  it('are told one at a time: orders, logic, columns, select, filters', () => {
    const query = 'id=x&select=(&columns=(&or=(&order=(&select=a:';
    expect(() => parse(query)).toThrow(expect.objectContaining({ message: expect.stringContaining('parse order') }));
    expect(() => parse(query.replace('order', 'o'))).toThrow(
      expect.objectContaining({ message: expect.stringContaining('parse logic tree') }),
    );
  });

  it('show the whole name of a parameter', () => {
    expect(() => parse('a..order=id')).toThrow(
      expect.objectContaining({ message: '"failed to parse tree path (a..order)" (line 1, column 3)' }),
    );
    expect(() => parse('a..not.or=(id.eq.1)')).toThrow(
      expect.objectContaining({ message: '"failed to parse logic path (a..not.or)" (line 1, column 3)' }),
    );
  });
});

describe('a parameter without a value', () => {
  it('is dropped', () => {
    expect(parse('id&&or&order&limit&select&columns')).toMatchObject({
      select: [{ kind: 'star' }],
      columns: undefined,
      filters: [],
      logic: [],
      orders: [],
    });
  });

  it('is a mistake when its value is empty', () => {
    expect(() => parse('id=')).toThrow(expect.objectContaining({ code: 'PGRST100' }));
    expect(() => parse('=eq.1')).toThrow(
      expect.objectContaining({ message: '"failed to parse tree path ()" (line 1, column 1)' }),
    );
  });
});

describe('on a function', () => {
  it('what is no condition is an argument, under the last part of its name', () => {
    const params = parseQueryParams('x.a=1&nums=1&nums=2&the first=x&n=gt.3&select=n&limit=2', true);
    expect(params.args).toEqual([
      ['a', '1'],
      ['nums', '1'],
      ['nums', '2'],
      ['the first', 'x'],
    ]);
    expect(params.filters).toMatchObject([{ path: [], value: { field: { name: 'n' } } }]);
  });
});
