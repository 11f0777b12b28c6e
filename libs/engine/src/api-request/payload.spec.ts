import { parseMediaType } from '../media-type.js';
import type { Action } from './action.js';
import { parsePayload, type ParsedPayload } from './payload.js';

const target = { schema: 'atlas', name: 't' };
const create: Action = { kind: 'mutate', target, mutation: 'create' };
const put: Action = { kind: 'mutate', target, mutation: 'single-upsert' };
const call: Action = { kind: 'call', target, invocation: 'post', headersOnly: false };

interface Sent {
  readonly action?: Action;
  readonly type?: string;
  readonly columns?: readonly string[];
}

const parse = (body: string | Buffer, { action = create, type = 'application/json', columns }: Sent = {}) =>
  parsePayload({ body: Buffer.from(body), contentType: parseMediaType(type), action, columns });

const json = (text: string, shape: 'object' | 'array', keys: readonly string[]): ParsedPayload => ({
  payload: { kind: 'json', json: text, shape, keys },
  columns: keys,
});

describe('a json body', () => {
  it.each<[string, 'object' | 'array', readonly string[]]>([
    ['{"b":1,"a":2}', 'object', ['a', 'b']],
    ['{}', 'object', []],
    ['[]', 'array', []],
    ['[{},{}]', 'array', []],
    [' [{"a":1,"b":2},{"b":3,"a":4}] ', 'array', ['a', 'b']],
    ['{"a":1,"a":2}', 'object', ['a']],
    ['{"__proto__":1,"n":12345678901234567890.10}', 'object', ['__proto__', 'n']],
  ])('%s goes on as it was sent', (body, shape, keys) => {
    expect(parse(body)).toEqual(json(body, shape, keys));
  });

  it.each(['1', '"x"', 'null', 'true'])('%s is no rows', (body) => {
    expect(parse(body)).toEqual(json('[]', 'array', []));
  });

  it.each([
    ['', 'Empty or invalid json'],
    ['{"a":1', 'Empty or invalid json'],
    ['{"a":1}{"a":2}', 'Empty or invalid json'],
    ['\ufeff{"a":1}', 'Empty or invalid json'],
    [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'Empty or invalid json'],
    ['[1]', 'All object keys must match'],
    ['[[1]]', 'All object keys must match'],
    ['[null,{"a":1}]', 'All object keys must match'],
    ['[{"a":1},{"a":1,"b":2}]', 'All object keys must match'],
    ['[{"a":1},{"b":1}]', 'All object keys must match'],
    ['[{"toString":1},{"a":1}]', 'All object keys must match'],
  ])('%p is refused', (body, message) => {
    expect(() => parse(body)).toThrow(expect.objectContaining({ code: 'PGRST102', status: 400, message }));
  });

  it('is not looked into when columns names the keys', () => {
    expect(parse('{bad', { columns: ['b', 'a', 'b'] })).toEqual({
      payload: { kind: 'unparsed-json', json: '{bad' },
      columns: ['a', 'b'],
    });
    expect(parse(Buffer.from([0xff]), { columns: ['a'] }).payload).toEqual({
      kind: 'unparsed-json',
      json: Buffer.from([0xff]),
    });
  });

  it('is looked into on PUT, which knows no columns', () => {
    expect(parse('{"a":1}', { action: put, columns: ['b'] })).toEqual(json('{"a":1}', 'object', ['a']));
  });

  it('that is empty calls a function without arguments', () => {
    expect(parse('', { action: call })).toEqual(json('', 'object', []));
    expect(parse('', { action: call, columns: ['a'] }).payload).toEqual({ kind: 'unparsed-json', json: '' });
  });

  it('may be nested deeply', () => {
    const deep = `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
    expect(parse(deep).columns).toEqual(['a']);
  });
});

describe('a CSV body', () => {
  it.each([
    ['a,b\n1,x\n2,NULL\n', '[{"a":"1","b":"x"},{"a":"2","b":null}]'],
    ['a,b\n1,\n', '[{"a":"1","b":""}]'],
    ['a,b\n1,null', '[{"a":"1","b":"null"}]'],
    ['a,b\n1\n', '[{"a":"1"}]'],
    ['a,b\n1,2,3\n', '[{"a":"1","b":"2"}]'],
    ['a,a\n1,2\n', '[{"a":"2"}]'],
    ['a,b\r\n1,"x, ""y""\nz"\r\n\r\n', '[{"a":"1","b":"x, \\"y\\"\\nz"}]'],
    ['a,b\n1,"open\n', '[{"a":"1","b":"open"}]'],
    ['a,b\n 1, x \n', '[{"a":" 1","b":" x "}]'],
    ['a\n', '[]'],
    ['a,b\n\n""\n,\n', '[{"a":"","b":""}]'],
    ['a,b,a\n1,2\n1,2,3,4\n\n', '[{"a":"1","b":"2"},{"a":"3","b":"2"}]'],
    ['a\r1\r2', '[{"a":"1"},{"a":"2"}]'],
    ['__proto__,"a""b"\nNULL,"NULL"\n', '[{"__proto__":null,"a\\"b":null}]'],
  ])('%p is rows of strings', (body, expected) => {
    const { payload } = parse(body, { type: 'text/csv' });
    expect(payload).toMatchObject({ kind: 'json', shape: 'array', json: expected });
  });

  it('is refused where the names of its columns would make gigabytes of it', () => {
    const body = `${'a'.repeat(40_000)}\n${'1\n'.repeat(4_000)}`;
    expect(() => parse(body, { type: 'text/csv' })).toThrow(expect.objectContaining({ code: 'PERCH202', status: 413 }));
  });

  it('names its own columns', () => {
    expect(parse('b,a\n1,2\n', { type: 'text/csv', columns: ['z'] }).columns).toEqual(['a', 'b']);
    expect(parse('b,a\n1\n2\n', { type: 'text/csv' }).columns).toEqual(['b']);
    expect(parse('b,a\n', { type: 'text/csv' }).columns).toEqual([]);
  });

  it.each([
    ['a,b', 'parse error (not enough input) at ""'],
    ['', 'parse error (not enough input) at ""'],
    ['a\nx"y"\n', 'parse error (endOfInput) at "\\"y\\"\\n"'],
    ['a,b\n1\n2,x\n', 'All lines must have same number of fields'],
    ['a,b,a\n1\n1,2\n', 'All lines must have same number of fields'],
    ['a,b\n1\n2,x\n3"', 'parse error (endOfInput) at "\\""'],
    [Buffer.from([0x61, 0x0a, 0xff]), 'The body is not valid UTF-8'],
  ])('%p is refused', (body, message) => {
    expect(() => parse(body, { type: 'text/csv' })).toThrow(expect.objectContaining({ code: 'PGRST102', message }));
  });
});

describe('a form', () => {
  const type = 'application/x-www-form-urlencoded';

  it('is one row of strings for a relation', () => {
    expect(parse('b=x+%26+y&a&b=z', { type })).toEqual(json('{"b":"z","a":""}', 'object', ['a', 'b']));
  });

  it('is arguments for a function', () => {
    expect(parse('nums=1&nums=2', { type, action: call })).toEqual({
      payload: {
        kind: 'form',
        pairs: [
          ['nums', '1'],
          ['nums', '2'],
        ],
      },
      columns: [],
    });
  });

  it.each([
    ['?a=1', ['a']],
    ['a=1&', ['a']],
    ['a=1&&b=2', ['', 'a', 'b']],
    [';a=1', ['', 'a']],
  ])('%s has the names %j, as PostgREST reads a query string', (body, columns) => {
    expect(parse(body, { type }).columns).toEqual(columns);
  });

  it.each([create, call])('has a bounded number of fields: %j', (action) => {
    expect(parse('a=1&'.repeat(20_000), { type, action }).payload).toBeDefined();
    const reason = 'A form has at most 20000 fields';
    expect(() => parse('a=1&'.repeat(20_001), { type, action })).toThrow(reason);
    expect(() => parse('a&'.repeat(20_001), { type, action })).toThrow(reason);
  });

  it('is refused where it is not UTF-8', () => {
    expect(() => parse('a=%ff', { type })).toThrow(expect.objectContaining({ code: 'PGRST102' }));
  });
});

describe('any other body', () => {
  it.each(['text/plain', 'text/xml', 'application/octet-stream'])('%s is a single argument for a function', (type) => {
    expect(parse('x', { type, action: call })).toEqual({
      payload: { kind: 'raw', body: Buffer.from('x') },
      columns: [],
    });
  });

  it.each([
    [create, 'text/plain', 'text/plain'],
    [create, 'multipart/form-data; boundary=x', 'multipart/form-data; boundary=x'],
    [create, 'application/vnd.pgrst.object', 'application/vnd.pgrst.object+json'],
    [create, '', ''],
    [call, 'application/xml', 'application/xml'],
    [call, '*/*', '*/*'],
  ])('is refused: %p %p', (action, type, shown) => {
    expect(() => parse('x', { type, action })).toThrow(
      expect.objectContaining({ code: 'PGRST102', message: `Content-Type not acceptable: ${shown}` }),
    );
  });

  it('is ignored where the method takes none', () => {
    const remove: Action = { kind: 'mutate', target, mutation: 'delete' };
    expect(parse('{bad', { action: remove, type: 'odd' })).toEqual({ payload: undefined, columns: [] });
  });
});
