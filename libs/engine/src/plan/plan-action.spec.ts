import { parseApiRequest } from '../api-request/api-request.js';
import type { ApiConfig } from '../api-config.js';
import { filmConfig } from '../../test/film-config.js';
import { films } from '../../test/film-plan.js';
import type { ActionPlan } from './action-plan.js';
import { planAction } from './plan-action.js';

interface Sent {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string;
  readonly config?: Partial<ApiConfig>;
}

function plan(method: string, target: string, { headers = {}, body = '', config = {} }: Sent = {}): ActionPlan {
  const [path = '', query = ''] = target.split('?');
  const sent = { method, path, query, headers: Object.entries(headers), body: Buffer.from(body) };
  return planAction(parseApiRequest(sent, { ...filmConfig, ...config }), films, { ...filmConfig, ...config });
}

const prefer = (text: string): Readonly<Record<string, string>> => ({ prefer: text });
const row = '{"id":1,"title":"Sea"}';

describe('what is refused before any connection is touched', () => {
  it.each<[string, string, Sent, string]>([
    ['GET', '/film', {}, 'PGRST205'],
    ['POST', '/nothing', { body: row }, 'PGRST205'],
    ['OPTIONS', '/nothing', {}, 'PGRST205'],
    ['OPTIONS', '/rpc/nothing', {}, 'PGRST202'],
    ['GET', '/rpc/nothing', {}, 'PGRST202'],
    ['GET', '/rpc/over?a=1', {}, 'PGRST203'],
    ['POST', '/films', { body: '{"nope":1}' }, 'PGRST204'],
    ['PATCH', '/films', { body: '{"nope":1}' }, 'PGRST204'],
    ['PUT', '/films', { body: row }, 'PGRST105'],
    ['PUT', '/films?id=gt.1', { body: row }, 'PGRST105'],
    ['PUT', '/films?id=not.eq.1', { body: row }, 'PGRST105'],
    ['PUT', '/films?id=eq(any).{1}', { body: row }, 'PGRST105'],
    ['PUT', '/films?id=eq.1&title=eq.x', { body: row }, 'PGRST105'],
    ['PUT', '/films?id=eq.1&or=(id.eq.1)', { body: row }, 'PGRST105'],
    ['PUT', '/films?id=eq.1&select=directors(id)&directors.or=(id.eq.1)', { body: row }, 'PGRST105'],
    ['PUT', '/nothing?id=eq.1&limit=1', { body: row }, 'PGRST114'],
    ['PUT', '/roles?film_id=eq.1', { body: '{"film_id":1,"actor_id":1}' }, 'PGRST105'],
    ['PUT', '/films?id=eq.1&limit=1', { body: row }, 'PGRST114'],
    ['POST', '/rpc/add', { body: '{"a":1,"b":2}', headers: prefer('handling=strict, max-affected=1') }, 'PGRST128'],
    ['GET', '/', { headers: { accept: 'text/csv' } }, 'PGRST107'],
    ['POST', '/films', { body: row, headers: { accept: 'image/png' } }, 'PGRST107'],
  ])('%s %s %j: %s', (method, target, sent, code) => {
    expect(() => plan(method, target, sent)).toThrow(expect.objectContaining({ code }));
  });

  const strict = prefer('handling=strict, odd');
  it.each<[string, string, Sent, string]>([
    ['GET', '/films', { headers: strict }, 'PGRST122'],
    ['GET', '/film', { headers: strict }, 'PGRST205'],
    ['GET', '/films?nope.id=eq.1', { headers: strict }, 'PGRST108'],
    ['GET', '/films', { headers: { ...strict, accept: 'image/png' } }, 'PGRST107'],
    ['POST', '/films', { body: row, headers: { ...strict, accept: 'image/png' } }, 'PGRST122'],
    ['POST', '/films', { body: '{"nope":1}', headers: strict }, 'PGRST204'],
    ['PUT', '/films?id=gt.1', { body: row, headers: strict }, 'PGRST105'],
    ['GET', '/rpc/nothing', { headers: strict }, 'PGRST202'],
    ['GET', '/rpc/search?term=a', { headers: { ...strict, accept: 'image/png' } }, 'PGRST107'],
    [
      'POST',
      '/rpc/add',
      { body: '{"a":1,"b":2}', headers: prefer('handling=strict, max-affected=1, odd') },
      'PGRST122',
    ],
    ['OPTIONS', '/rpc/touch', { headers: strict }, 'PGRST122'],
    ['OPTIONS', '/rpc/touch', { headers: { accept: 'image/png' } }, 'PGRST107'],
    ['OPTIONS', '/rpc/pair?nope.id=eq.1', {}, 'PGRST108'],
  ])('of several reasons one is told: %s %s %j: %s', (method, target, sent, code) => {
    expect(() => plan(method, target, sent)).toThrow(expect.objectContaining({ code }));
  });

  it.each(['GET', 'OPTIONS'])('knows no preferences for %s of the root', (method) => {
    expect(plan(method, '/', { headers: strict }).kind).toBe(method === 'GET' ? 'inspect' : 'info');
  });

  it('tells what a wrong table name may have meant', () => {
    expect(() => plan('GET', '/film')).toThrow(
      expect.objectContaining({ hint: `Perhaps you meant the table 'api.films'` }),
    );
  });
});

describe('a mutation', () => {
  const mutation = (method: string, target: string, sent?: Sent) => {
    const found = plan(method, target, sent);
    return found.kind === 'mutate' ? found.mutate : undefined;
  };

  it.each<[string, Sent['headers'], readonly string[] | undefined]>([
    ['/films?select=title', undefined, []],
    ['/films?select=title', prefer('return=minimal'), []],
    ['/films?select=title', prefer('return=representation'), ['id', 'title']],
    ['/films?select=title', prefer('return=headers-only'), ['id', 'title']],
    ['/films?select=title,directors(name)', prefer('return=representation'), ['director_id', 'id', 'title']],
    ['/films?select=title&order=year', prefer('return=representation'), ['id', 'title']],
    ['/scripts', prefer('return=representation'), undefined],
  ])('of %s with %j returns %j', (target, headers, returning) => {
    const body = target.startsWith('/scripts') ? '{"pages":1}' : row;
    expect(mutation('POST', target, { body, headers })?.returning).toEqual(returning);
  });

  it.each<[string, Sent['headers'], unknown]>([
    ['/films', {}, undefined],
    ['/films?on_conflict=title', {}, undefined],
    ['/films', prefer('resolution=merge-duplicates'), { resolution: 'merge-duplicates', columns: ['id'] }],
    [
      '/films?on_conflict=title',
      prefer('resolution=ignore-duplicates'),
      { resolution: 'ignore-duplicates', columns: ['title'] },
    ],
    [
      '/films?on_conflict=nope',
      prefer('resolution=merge-duplicates'),
      { resolution: 'merge-duplicates', columns: ['nope'] },
    ],
  ])('by POST %s with %j resolves conflicts by %j', (target, headers, conflict) => {
    const found = mutation('POST', target, { body: row, headers });
    expect(found).toEqual(expect.objectContaining({ kind: 'insert', conflict }));
  });

  it('by PUT merges by the whole key, and its row must have the key of the URL', () => {
    const found = mutation('PUT', '/films?id=eq.1', { body: row, headers: prefer('resolution=ignore-duplicates') });
    expect(found).toEqual(
      expect.objectContaining({
        conflict: { resolution: 'merge-duplicates', columns: ['id'] },
        payloadMustMatch: [expect.objectContaining({ field: expect.objectContaining({ name: 'id' }) })],
      }),
    );
  });

  it('keeps the filters of embeds for the representation', () => {
    const found = plan('PATCH', '/films?id=eq.1&directors.name=eq.Ann&select=directors(name)', { body: row });
    expect(found.kind === 'mutate' && found.mutate.kind === 'update' ? found.mutate.where.length : undefined).toBe(1);
    expect(found.kind === 'mutate' ? [found.read.where.length, found.read.embeds[0]?.where.length] : undefined).toEqual(
      [0, 1],
    );
  });
});

describe('a call', () => {
  const call = (method: string, target: string, sent?: Sent) => {
    const found = plan(method, target, sent);
    return found.kind === 'call' ? found : undefined;
  };

  it.each<[string, string, Sent, boolean]>([
    ['GET', '/rpc/touch', {}, true],
    ['POST', '/rpc/touch', {}, false],
    ['POST', '/rpc/add', { body: '{"a":1,"b":2}' }, true],
  ])('by %s of %s is read-only: %j %s', (method, target, sent, readOnly) => {
    expect(call(method, target, sent)?.readOnly).toBe(readOnly);
  });

  it.each<[string, string, Sent, unknown]>([
    [
      'GET',
      '/rpc/add?a=1&a=5&b=2',
      {},
      [
        ['a', ['5']],
        ['b', ['2']],
      ],
    ],
    ['GET', '/rpc/total?ns=1&ns=2', {}, [['ns', ['1', '2']]]],
    [
      'POST',
      '/rpc/add',
      { body: 'b=2&a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      [
        ['a', ['1']],
        ['b', ['2']],
      ],
    ],
  ])('by %s %s %j takes texts %j', (method, target, sent, expected) => {
    const args = call(method, target, sent)?.call.args;
    expect(args?.kind === 'named' ? args.values.map((one) => [one.parameter.name, one.texts]) : args).toEqual(expected);
  });

  it('takes named arguments out of a JSON body, or the whole body', () => {
    expect(call('POST', '/rpc/add?columns=a,b', { body: ' {"a":1,"b":2}' })?.call.args).toEqual(
      expect.objectContaining({ kind: 'json', shape: 'object' }),
    );
    expect(call('POST', '/rpc/raw', { body: '{"x":1}' })?.call.args).toEqual(
      expect.objectContaining({ kind: 'body', body: '{"x":1}' }),
    );
    expect(call('POST', '/rpc/touch')?.call.args).toEqual({ kind: 'none' });
  });

  it('reads its rows as those of the table that they are of', () => {
    expect(call('GET', '/rpc/search?term=a&select=title&year=eq.1&order=id')).toEqual(
      expect.objectContaining({
        read: expect.objectContaining({ alias: 'films', from: { schema: '', name: 'pgrst_source' } }),
        call: expect.objectContaining({ returning: ['title', 'year'] }),
      }),
    );
    expect(call('GET', '/rpc/pair')?.read.alias).toBe('record');
  });
});
