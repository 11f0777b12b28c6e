import { filmConfig } from '../../test/film-config.js';
import { films } from '../../test/film-plan.js';
import type { ApiConfig } from '../api-config.js';
import { parseApiRequest } from '../api-request/api-request.js';
import { engineError, InternalError } from '../error/engine-error.js';
import type { RowsResult } from '../execute/result-set.js';
import { planAction } from '../plan/plan-action.js';
import { renderError } from './render-error.js';
import { renderInfo } from './render-info.js';
import { renderResponse, withServerHeaders } from './render-response.js';

const rows: RowsResult = {
  kind: 'rows',
  tableTotal: undefined,
  pageTotal: 1n,
  body: '[{"id":1}]',
  location: [],
  gucHeaders: undefined,
  gucStatus: undefined,
  inserted: undefined,
};

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly config?: Partial<ApiConfig>;
}

function answer(
  method: string,
  target: string,
  result: Partial<RowsResult>,
  { headers = {}, body = '', config = {} }: Sent = {},
) {
  const [path = '', query = ''] = target.split('?');
  const api = { ...filmConfig, ...config };
  const request = parseApiRequest(
    { method, path, query, headers: Object.entries(headers), body: Buffer.from(body) },
    api,
  );
  const plan = planAction(request, films, api);
  if (plan.kind === 'info') return flat(renderInfo(plan, request, api));
  return flat(renderResponse({ ...rows, ...result }, plan, request, api));
}

function flat({ status, headers, body }: ReturnType<typeof renderResponse>) {
  return [status, Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])), body] as const;
}

const json = 'application/json; charset=utf-8';
const vary = 'Accept, Prefer, Range';
const prefer = (text: string): Sent => ({ headers: { prefer: text }, body: '{"id":1}' });

describe('the answer to', () => {
  it.each<[string, string, Partial<RowsResult>, Sent, readonly unknown[]]>([
    [
      'GET',
      '/films?id=eq.1',
      {},
      {},
      [200, { 'content-range': '0-0/*', 'content-location': '/films?id=eq.1', 'content-type': json, vary }, rows.body],
    ],
    [
      'HEAD',
      '/films',
      {},
      {},
      [200, { 'content-range': '0-0/*', 'content-location': '/films', 'content-type': json, vary }, undefined],
    ],
    [
      'POST',
      '/films',
      {},
      prefer('return=minimal'),
      [201, { 'content-range': '*/*', 'preference-applied': 'return=minimal', vary }, ''],
    ],
    [
      'POST',
      '/films',
      { location: ['a b/é'] },
      prefer('return=headers-only'),
      [
        201,
        {
          location: '/films?id=eq.a%20b%2F%C3%A9',
          'content-range': '*/*',
          'preference-applied': 'return=headers-only',
          vary,
        },
        '',
      ],
    ],
    [
      'POST',
      '/roles',
      { location: ['1', null] },
      { headers: { prefer: 'return=headers-only' }, body: '{}' },
      [
        201,
        {
          location: '/roles?film_id=eq.1&actor_id=is.null',
          'content-range': '*/*',
          'preference-applied': 'return=headers-only',
          vary,
        },
        '',
      ],
    ],
    [
      'POST',
      '/films',
      { inserted: 0n },
      prefer('resolution=merge-duplicates, return=representation, count=exact'),
      [
        200,
        {
          'content-range': '*/1',
          'content-type': json,
          'preference-applied': 'resolution=merge-duplicates, return=representation, count=exact',
          vary,
        },
        rows.body,
      ],
    ],
    [
      'POST',
      '/scripts',
      { pageTotal: 0n },
      { headers: { prefer: 'resolution=merge-duplicates' }, body: '[]' },
      [200, { 'content-range': '*/*', 'preference-applied': 'resolution=merge-duplicates', vary }, ''],
    ],
    [
      'PATCH',
      '/films',
      { pageTotal: 0n },
      prefer('count=exact'),
      [204, { 'content-range': '*/0', 'preference-applied': 'count=exact', vary }, undefined],
    ],
    [
      'PATCH',
      '/films',
      { pageTotal: 3n },
      prefer('count=planned'),
      [204, { 'content-range': '0-2/*', 'preference-applied': 'count=planned', vary }, undefined],
    ],
    [
      'DELETE',
      '/films',
      { pageTotal: 3n },
      prefer('count=exact'),
      [204, { 'content-range': '*/3', 'preference-applied': 'count=exact', vary }, undefined],
    ],
    [
      'PUT',
      '/films?id=eq.1',
      { inserted: 1n },
      prefer('return=representation'),
      [201, { 'content-type': json, 'preference-applied': 'return=representation', vary }, rows.body],
    ],
    [
      'PUT',
      '/films?id=eq.1',
      { inserted: 1n },
      prefer('return=minimal'),
      [204, { 'preference-applied': 'return=minimal', vary }, undefined],
    ],
    ['POST', '/rpc/touch', {}, {}, [204, { 'content-range': '0-0/*', vary }, undefined]],
    [
      'GET',
      '/rpc/add?a=1&b=2',
      { body: '3' },
      {},
      [200, { 'content-range': '0-0/*', 'content-type': json, vary }, '3'],
    ],
    [
      'OPTIONS',
      '/films',
      {},
      {},
      [200, { 'access-control-allow-origin': '*', allow: 'OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE', vary }, ''],
    ],
    ['OPTIONS', '/rpc/touch', {}, {}, [200, { 'access-control-allow-origin': '*', allow: 'OPTIONS,POST', vary }, '']],
    [
      'OPTIONS',
      '/rpc/page',
      {},
      {},
      [200, { 'access-control-allow-origin': '*', allow: 'OPTIONS,GET,HEAD,POST', vary }, ''],
    ],
    ['OPTIONS', '/', {}, {}, [200, { 'access-control-allow-origin': '*', allow: 'OPTIONS,GET,HEAD', vary }, '']],
  ])('%s %s with %j %j', (method, target, result, sent, expected) => {
    expect(answer(method, target, result, sent)).toEqual(expected);
  });

  it("a page beyond the end keeps the page's headers", () => {
    const sent = { headers: { prefer: 'count=exact', accept: 'text/csv' } };
    const [status, headers, body] = answer('GET', '/actors?offset=9', { pageTotal: 0n, tableTotal: 2n }, sent);
    expect([status, headers['content-range'], headers['content-location']]).toEqual([416, '*/2', '/actors?offset=9']);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(body).toContain('"PGRST103"');
  });

  it('a filter by a name that an alias hides warns', () => {
    const [, headers] = answer('GET', '/films?select=title,d:directors(name)&directors.name=eq.Ann', {});
    expect(headers['warning']).toMatch(
      /^299 \S+ ".*Update `directors` to `d` in query string filters, orders or limits\."$/,
    );
  });

  it('a request with a choice of schemas names the schema, where there is content', () => {
    const config = { schemas: ['api', 'other'] };
    expect(answer('GET', '/films', {}, { config })[1]['content-profile']).toBe('api');
    expect(answer('POST', '/films', {}, { config, body: '{"id":1}' })[1]['content-profile']).toBeUndefined();
  });

  it('a plan names the schema too', () => {
    const api = { ...filmConfig, planEnabled: true, schemas: ['api', 'other'] };
    const headers = [['accept', 'application/vnd.pgrst.plan']] as const;
    const request = parseApiRequest({ method: 'GET', path: '/films', query: '', headers, body: Buffer.from('') }, api);
    const plan = planAction(request, films, api);
    if (plan.kind === 'info') throw new InternalError('a read is planned');
    const [, sent] = flat(renderResponse({ kind: 'plan', body: 'Seq Scan' }, plan, request, api));
    expect(sent['content-profile']).toBe('api');
  });
});

describe('an error', () => {
  it('tells its length also where its body is not sent', () => {
    const { headers, body } = renderError(engineError('PGRST125'));
    expect(headers).toContainEqual(['Content-Length', String(Buffer.byteLength(String(body)))]);
  });

  it('of our own making is not shown', () => {
    const { status, body } = renderError(new TypeError('secret'));
    expect([status, String(body).includes('secret')]).toEqual([500, false]);
  });
});

describe('every answer', () => {
  const config = { corsAllowedOrigins: undefined, traceHeader: 'X-Trace', serverTimingEnabled: true };
  const request = {
    method: 'GET',
    headers: [
      ['x-trace', 'abc'],
      ['origin', 'http://x'],
    ] as const,
  };

  it('carries origin, trace header and timings', () => {
    const [, headers] = flat(
      withServerHeaders({ status: 200, headers: [], body: '' }, request, config, [
        ['jwt', 0.123],
        ['plan', 2],
      ]),
    );
    expect(headers).toEqual(
      expect.objectContaining({
        'x-trace': 'abc',
        'access-control-allow-origin': '*',
        'server-timing': 'jwt;dur=0.1, parse;dur=0.0, plan;dur=2.0, transaction;dur=0.0, response;dur=0.0',
      }),
    );
  });

  it('keeps what SQL said', () => {
    const own = [
      ['Access-Control-Allow-Origin', 'own'],
      ['server-timing', 'own'],
    ] as const;
    const [, headers] = flat(withServerHeaders({ status: 200, headers: own, body: '' }, request, config, []));
    expect(headers).toEqual(expect.objectContaining({ 'access-control-allow-origin': 'own', 'server-timing': 'own' }));
  });

  it('echoes an absent trace header as an empty one', () => {
    const [, headers] = flat(
      withServerHeaders({ status: 200, headers: [], body: '' }, { method: 'GET', headers: [] }, config, undefined),
    );
    expect(headers).toEqual({ 'x-trace': '' });
  });
});
