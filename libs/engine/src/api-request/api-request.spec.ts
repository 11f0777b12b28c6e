import { filmConfig } from '../../test/film-config.js';
import type { ApiConfig } from '../api-config.js';
import { parseApiRequest, type ApiRequest } from './api-request.js';

const config: ApiConfig = {
  ...filmConfig,
  schemas: ['atlas', 'Depot Nord'],
  extraSearchPath: [],
  hoistedTxSettings: [],
};

interface Sent {
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Buffer;
  readonly config?: Partial<ApiConfig>;
}

function parse(line: string, { headers = [], body = '', config: own = {} }: Sent = {}): ApiRequest {
  const [method = '', target = ''] = line.split(' ');
  const [path = '', query = ''] = target.split('?');
  return parseApiRequest({ method, path, query, headers, body: Buffer.from(body) }, { ...config, ...own });
}

function refusal(line: string, sent: Sent = {}): string {
  try {
    parse(line, sent);
    return 'none';
  } catch (error) {
    const { code, details } = error as { code?: string; details?: string };
    return `${code}${details === undefined ? '' : ` ${details}`}`;
  }
}

describe('what a request does', () => {
  const maps = { schema: 'atlas', name: 'maps' };
  const add = { schema: 'atlas', name: 'add' };
  it.each<[string, ApiRequest['action']]>([
    ['GET /maps', { kind: 'read', target: maps, headersOnly: false }],
    ['HEAD /m%61ps', { kind: 'read', target: maps, headersOnly: true }],
    ['GET /series%2F1', { kind: 'read', target: { schema: 'atlas', name: 'series/1' }, headersOnly: false }],
    ['GET /sp+ace', { kind: 'read', target: { schema: 'atlas', name: 'sp+ace' }, headersOnly: false }],
    ['GET /rpc', { kind: 'read', target: { schema: 'atlas', name: 'rpc' }, headersOnly: false }],
    ['GET /%ff', { kind: 'read', target: { schema: 'atlas', name: '\ufffd' }, headersOnly: false }],
    ['DELETE /maps', { kind: 'mutate', target: maps, mutation: 'delete' }],
    ['OPTIONS /maps', { kind: 'info', of: 'relation', target: maps }],
    ['GET /rpc/add', { kind: 'call', target: add, invocation: 'read', headersOnly: false }],
    ['POST /rpc/add', { kind: 'call', target: add, invocation: 'post', headersOnly: false }],
    ['OPTIONS /rpc/add', { kind: 'info', of: 'routine', target: add }],
    ['GET /', { kind: 'inspect', schema: 'atlas', headersOnly: false, version: '2.0' }],
    ['HEAD /openapi.json', { kind: 'inspect', schema: 'atlas', headersOnly: true, version: '3.1' }],
    ['OPTIONS /', { kind: 'info', of: 'root' }],
  ])('%s', (line, action) => {
    expect(parse(line).action).toEqual(action);
  });

  it.each([
    ['POST /maps', '{}', 'create'],
    ['PATCH /maps', '{}', 'update'],
    ['PUT /maps', '{}', 'single-upsert'],
  ])('%s', (line, body, mutation) => {
    expect(parse(line, { body }).action).toMatchObject({ kind: 'mutate', mutation });
  });

  it('at the root is a call where the configuration names a function', () => {
    const config = { rootSpec: 'kit.page' };
    expect(parse('GET /', { config }).action).toMatchObject({
      kind: 'call',
      target: { schema: 'atlas', name: 'page' },
    });
    const headers = [['accept-profile', 'Depot Nord']] as const;
    expect(parse('GET /', { config, headers }).action).toMatchObject({
      target: { schema: 'Depot Nord', name: 'page' },
    });
    expect(refusal('PATCH /', { config })).toBe('PGRST101');
  });

  it.each([
    ['GET /a/b', 'PGRST125'],
    ['GET /maps/', 'PGRST125'],
    ['GET //', 'PGRST125'],
    ['GET /../maps', 'PGRST125'],
    ['GET /rpc/a/b', 'PGRST125'],
    ['PUT /rpc/add', 'PGRST101'],
    ['PURGE /maps', 'PGRST117'],
    ['constructor /maps', 'PGRST117'],
    ['POST /', 'PGRST117'],
  ])('%s is %s', (line, code) => {
    expect(refusal(line)).toBe(code);
  });

  it('is nothing at the root where that is disabled', () => {
    expect(refusal('GET /', { config: { openApiMode: 'disabled' } })).toBe('PGRST126');
    expect(refusal('OPTIONS /', { config: { openApiMode: 'disabled', rootSpec: 'page' } })).toBe('PGRST126');
  });
});

describe('the schema', () => {
  it.each([
    ['GET /maps', 'accept-profile', 'Depot Nord', 'Depot Nord'],
    ['GET /maps', 'content-profile', 'Depot Nord', 'atlas'],
    ['POST /rpc/f', 'content-profile', 'Depot Nord', 'Depot Nord'],
    ['DELETE /maps', 'accept-profile', 'Depot Nord', 'atlas'],
  ])('of %s with %s: %s is %s', (line, name, value, schema) => {
    expect(parse(line, { headers: [[name, value]] })).toMatchObject({ schema, showsProfile: true });
  });

  it('is only named in the answer where there was a choice', () => {
    const one = { config: { schemas: ['atlas'] } };
    expect(parse('GET /maps', one).showsProfile).toBe(false);
    expect(parse('GET /maps', { ...one, headers: [['accept-profile', 'atlas']] }).showsProfile).toBe(true);
  });

  it.each(['vault', '', 'ATLAS', 'atlas,Depot Nord'])('cannot be %p', (schema) => {
    expect(refusal('GET /maps', { headers: [['accept-profile', schema]] })).toBe('PGRST106');
  });
});

describe('the page', () => {
  it.each([
    ['GET /m?limit=4&offset=8', '5-9', { offset: 8n, limit: 2n }],
    ['GET /m', '5-', { offset: 5n, limit: undefined }],
    ['HEAD /m', '5-9', { offset: 0n, limit: undefined }],
    ['GET /m?limit=0', '5-9', { offset: 0n, limit: 0n }],
    ['GET /m?limit=-5&offset=5', '', { offset: 0n, limit: 0n }],
    ['GET /m?limit=x&offset=0', '', { offset: 0n, limit: 0n }],
    ['GET /m?offset=-1', 'x', { offset: 0n, limit: undefined }],
  ])('of %s with Range: %s', (line, range, expected) => {
    expect(parse(line, { headers: [['range', range]] }).topLevelRange).toEqual(expected);
  });

  it.each([
    ['GET /m?limit=0&offset=5', '', 'PGRST103 Limit should be greater than or equal to zero.'],
    ['GET /m?limit=x&offset=5', '', 'PGRST103 Limit should be greater than or equal to zero.'],
    ['GET /m?limit=-1', '', 'PGRST103 Limit should be greater than or equal to zero.'],
    ['PUT /m?limit=-1', '', 'PGRST103 Limit should be greater than or equal to zero.'],
    ['PUT /m?limit=0', '', 'PGRST114'],
    ['PUT /m?id=eq.1&offset=1', '', 'PGRST114'],
    ['GET /m?limit=5&offset=20', '0-9', 'PGRST103 Limit should be greater than or equal to zero.'],
    [
      'GET /m',
      '5-2',
      'PGRST103 The lower boundary must be lower than or equal to the upper boundary in the Range header.',
    ],
  ])('of %s with Range: %s is refused', (line, range, expected) => {
    expect(refusal(line, { headers: [['range', range]] })).toBe(expected);
  });
});

describe('preferences', () => {
  const strict = (text: string): Sent => ({ headers: [['prefer', `handling=strict, ${text}`]] });

  it('are collected from all Prefer headers', () => {
    const headers = [
      ['prefer', 'count=exact'],
      ['prefer', ' return=minimal , timezone=Europe/Paris '],
    ] as const;
    expect(parse('GET /m', { headers }).preferences).toEqual({
      resolution: undefined,
      missing: undefined,
      return: 'minimal',
      count: 'exact',
      transaction: undefined,
      handling: undefined,
      timezone: 'Europe/Paris',
      maxAffected: undefined,
      refused: [],
    });
  });

  it('are for the plan to refuse under strict handling where they are unknown', () => {
    expect(parse('GET /m', strict('a=b, c, count=exact')).preferences.refused).toEqual(['a=b', 'c']);
    expect(parse('GET /m', strict('count=many')).preferences.refused).toEqual(['count=many']);
    expect(parse('GET /m', strict('')).preferences.refused).toEqual(['']);
    expect(parse('GET /m', { headers: [['prefer', 'handling=lenient, a=b']] }).preferences.refused).toEqual([]);
  });

  it('may be valid and still not apply', () => {
    expect(parse('GET /m', strict('tx=rollback, max-affected=-1')).preferences).toMatchObject({
      transaction: undefined,
      maxAffected: -1n,
    });
    const allowed = { ...strict('tx=rollback'), config: { txEnd: 'commit-allow-override' } as const };
    expect(parse('GET /m', allowed).preferences.transaction).toBe('rollback');
  });

  it('never ask PostgreSQL to compare with what is no bigint', () => {
    const affected = (text: string) => parse('GET /m', strict(`max-affected=${text}`)).preferences.maxAffected;
    expect(['18446744073709551621', '9223372036854775807', 'x', ''].map(affected)).toEqual([
      5n,
      9223372036854775807n,
      undefined,
      undefined,
    ]);
  });

  it('count once: the first of a kind', () => {
    expect(
      parse('GET /m', { headers: [['prefer', 'handling=lenient, handling=strict, zzz']] }).preferences.handling,
    ).toBe('lenient');
  });
});

describe('headers', () => {
  it('choose the media types of the answer and the body, the first of each counts', () => {
    expect(
      parse('GET /m', {
        headers: [
          ['accept', 'text/csv'],
          ['accept', 'application/json'],
        ],
      }),
    ).toMatchObject({ accept: [{ kind: 'csv' }], contentType: { kind: 'json' } });
  });
});
