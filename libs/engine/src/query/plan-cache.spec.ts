import { filmConfig } from '../../test/film-config.js';
import { films } from '../../test/film-plan.js';
import type { ApiConfig } from '../api-config.js';
import { parseApiRequest } from '../api-request/api-request.js';
import type { EngineRequest } from '../engine-request.js';
import { InternalError } from '../error/engine-error.js';
import type { ActionPlan } from '../plan/action-plan.js';
import { planAction } from '../plan/plan-action.js';
import { filmSchemaCache } from '../../test/fixtures/schema-cache.js';
import { planStatements } from './build-main-query.js';
import type { SqlStatement } from '../sql-executor.js';
import type { GenerationLimits } from './generations.js';
import { PlanCache } from './plan-cache.js';

const config: ApiConfig = { ...filmConfig, maxRows: 7, planEnabled: true, maxResponseBytes: 1000 };

/** `PATCH /films?id=eq.1`, then headers and a body. */
type Sent = readonly [first: string, headers?: Readonly<Record<string, string>>, body?: string];

function sentAs([first, headers = {}, body = '']: Sent): EngineRequest {
  const [method = '', target = ''] = first.split(' ');
  const [path = '', query = ''] = target.split('?');
  return {
    method,
    path,
    query: query.includes('%') ? query : encodeURI(query),
    headers: Object.entries(headers),
    body: Buffer.from(body),
  };
}

interface Answered {
  readonly plan: ActionPlan;
  readonly main: SqlStatement;
  readonly plannedCount: SqlStatement | undefined;
}

function ask(cache: PlanCache, sent: Sent, schema = films, by = config): Answered {
  const { plan, request, known } = cache.plan(cache.parse(sentAs(sent)), schema);
  if (plan.kind === 'info') throw new InternalError('an action that has statements was meant');
  const { main, plannedCount } = known ?? planStatements({ plan, request, config: by });
  return { plan, main, plannedCount: plannedCount?.statement };
}

function cold(sent: Sent): Omit<Answered, 'plan'> {
  const request = parseApiRequest(sentAs(sent), config);
  const plan = planAction(request, films, config);
  if (plan.kind === 'info') throw new InternalError('an action that has statements was meant');
  const { main, plannedCount } = planStatements({ plan, request, config });
  return { main, plannedCount: plannedCount?.statement };
}

/** The answer after the shape has come often enough to be kept, and how requests like the first are parsed as well. */
function warm(cache: PlanCache, first: Sent, then: Sent): Answered {
  for (let time = 0; time < 3; time += 1) ask(cache, first);
  return ask(cache, then);
}

function statementsOf({ main, plannedCount }: Omit<Answered, 'plan'>) {
  return { main, plannedCount };
}

/** Kept plans are shared; plans made for one request are not. */
function isKept(cache: PlanCache, sent: Sent): boolean {
  return ask(cache, sent).plan === ask(cache, sent).plan;
}

const representation = { prefer: 'return=representation' };

const alike: readonly (readonly [name: string, Sent, Sent])[] = [
  ['a filter', ['GET /films?id=eq.1'], ['GET /films?id=eq.2']],
  ['an empty value', ['GET /films?title=eq.a'], ['GET /films?title=eq.']],
  ['wildcards', ['GET /films?title=like.abc'], ['GET /films?title=like.*b*']],
  ['lists of any length', ['GET /films?id=in.(1,2)'], ['GET /films?id=in.(3,"a,\\"b",5)']],
  ['a list of nothing', ['GET /films?id=in.(1,2)'], ['GET /films?id=in.()']],
  ['a list with a quantifier', ['GET /films?title=like(any).{a,b}'], ['GET /films?title=like(any).{c*}']],
  ['full text with a language', ['GET /films?words=fts(english).cat'], ['GET /films?words=fts(german).hund']],
  ['distinctness', ['GET /films?id=isdistinct.1'], ['GET /films?id=isdistinct.2']],
  ['other operators', ['GET /films?tags=cs.{a}&id=gt.1'], ['GET /films?tags=cs.{b,c}&id=gt.5']],
  [
    'logic',
    ['GET /films?or=(id.eq.1,not.and(id.gt.2,title.eq.b))'],
    ['GET /films?or=(id.eq.7,not.and(id.gt.8,title.eq.c))'],
  ],
  ['a representation', ['GET /films?colour=eq.red'], ['GET /films?colour=eq.blue']],
  ['offsets', ['GET /films?limit=3&offset=5'], ['GET /films?limit=3&offset=90']],
  ['a Range header', ['GET /films', { range: '5-9' }], ['GET /films', { range: '6-10' }]],
  ['json', ['GET /films?meta->a->>3=eq.1'], ['GET /films?meta->a->>3=eq.perch']],
  [
    'an embed',
    ['GET /directors?select=*,films!inner(*)&films.year=gt.1&films.limit=2'],
    ['GET /directors?select=*,films!inner(*)&films.year=gt.3&films.limit=2'],
  ],
  [
    'a count',
    ['GET /films?id=gt.1&limit=2', { prefer: 'count=exact' }],
    ['GET /films?id=gt.2&limit=2', { prefer: 'count=exact' }],
  ],
  [
    'an estimate',
    ['GET /films?id=gt.1', { prefer: 'count=estimated' }],
    ['GET /films?id=gt.2', { prefer: 'count=estimated' }],
  ],
  [
    'one object',
    ['GET /films?id=eq.1', { accept: 'application/vnd.pgrst.object+json' }],
    ['GET /films?id=eq.2', { accept: 'application/vnd.pgrst.object+json' }],
  ],
  [
    'an insert',
    ['POST /films', representation, '{"id":1,"title":"a"}'],
    ['POST /films', representation, '{"title":"b","id":2}'],
  ],
  ['inserts', ['POST /films', {}, '[{"title":"a"}]'], ['POST /films', {}, '[{"title":"b"},{"title":"c"}]']],
  [
    'an insert of columns',
    ['POST /films?columns=title', {}, ' {"title":1}'],
    ['POST /films?columns=title', {}, '{"title":2}'],
  ],
  [
    'defaults',
    ['POST /films', { prefer: 'missing=default' }, '{"title":"a"}'],
    ['POST /films', { prefer: 'missing=default' }, '{"title":"b"}'],
  ],
  [
    'a csv',
    ['POST /films', { 'content-type': 'text/csv' }, 'title\na'],
    ['POST /films', { 'content-type': 'text/csv' }, 'title\nb\nc'],
  ],
  [
    'an update',
    ['PATCH /films?id=eq.1', representation, '{"title":"a"}'],
    ['PATCH /films?id=eq.2', representation, '{"title":"b"}'],
  ],
  ['a put', ['PUT /films?id=eq.1', {}, '{"id":1,"title":"a"}'], ['PUT /films?id=eq.2', {}, '{"id":2,"title":"b"}']],
  ['a delete', ['DELETE /films?id=eq.1'], ['DELETE /films?id=eq.2']],
  ['arguments', ['GET /rpc/search?term=a&top=1'], ['GET /rpc/search?term=b&top=2']],
  ['arguments and filters', ['GET /rpc/search?term=a&id=eq.1'], ['GET /rpc/search?term=b&id=eq.2']],
  ['a repeated argument', ['GET /rpc/search?term=a&term=b'], ['GET /rpc/search?term=c&term=d']],
  ['json arguments', ['POST /rpc/search', {}, '{"term":"a"}'], ['POST /rpc/search', {}, '{"term":"b"}']],
  [
    'a form',
    ['POST /rpc/add', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=1&b=2'],
    ['POST /rpc/add', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=3&b=4'],
  ],
  ['a json body', ['POST /rpc/raw', {}, '{"x":1}'], ['POST /rpc/raw', {}, '{"x":2}']],
];

const unlike: readonly (readonly [name: string, Sent, Sent])[] = [
  ['an offset or none', ['GET /films?limit=3&offset=5'], ['GET /films?limit=3&offset=0']],
  ['a limit', ['GET /films?limit=3'], ['GET /films?limit=30']],
  [
    'a limit of an embed',
    ['GET /directors?select=films(*)&films.limit=3'],
    ['GET /directors?select=films(*)&films.limit=4'],
  ],
  ['a keyword', ['GET /films?title=is.null'], ['GET /films?title=is.unknown']],
  ['a json key', ['GET /films?meta->>a=eq.1'], ['GET /films?meta->>b=eq.1']],
  ['a negation', ['GET /films?id=eq.1'], ['GET /films?id=not.eq.1']],
  ['a language or none', ['GET /films?words=fts(english).cat'], ['GET /films?words=fts.cat']],
  ['object or array', ['POST /films', {}, '{"title":"a"}'], ['POST /films', {}, '[{"title":"a"}]']],
  [
    'object or array that nobody parsed',
    ['POST /films?columns=title', {}, '{"title":1}'],
    ['POST /films?columns=title', {}, '[{"title":1}]'],
  ],
  ['keys', ['POST /films', {}, '{"title":"a"}'], ['POST /films', {}, '{"id":1}']],
  ['a schema of names', ['GET /films?select=id'], ['GET /films?select=title']],
  [
    'how many are affected',
    ['DELETE /films?id=eq.1', { prefer: 'handling=strict,max-affected=1' }],
    ['DELETE /films?id=eq.1', { prefer: 'handling=strict,max-affected=2' }],
  ],
  ['a variadic argument', ['GET /rpc/total?ns=1'], ['GET /rpc/total?ns=1&ns=2']],
  ['marks of the client', ['GET /films?meta->>perch-mark-0=eq.perch-mark-0'], ['GET /films?meta->>perch-mark-0=eq.1']],
  ['digits of the client', ['GET /films?limit=48151623420000&offset=1'], ['GET /films?limit=48151623420000&offset=2']],
  ['HEAD', ['GET /films?id=eq.1'], ['HEAD /films?id=eq.1']],
  ['a media type', ['GET /films'], ['GET /films', { accept: 'text/csv' }]],
];

const cacheOf = (limits?: GenerationLimits) => new PlanCache(config, limits);

describe('PlanCache', () => {
  it.each(alike)('answers %s from what it keeps, with the own values of each', (_, first, second) => {
    const cache = cacheOf();
    expect(statementsOf(warm(cache, first, second))).toEqual(cold(second));
    expect(isKept(cache, second)).toBe(true);
    expect(statementsOf(ask(cache, first))).toEqual(cold(first));
    expect(cold(first).main.text).toBe(cold(second).main.text);
  });

  it.each(unlike)('tells requests apart by %s', (_, first, second) => {
    const cache = cacheOf();
    expect(statementsOf(warm(cache, first, second))).toEqual(cold(second));
    expect(statementsOf(warm(cache, second, first))).toEqual(cold(first));
    expect(statementsOf(warm(cache, second, second))).toEqual(cold(second));
  });

  it('holds no values of the requests that it has seen', () => {
    const kept = warm(cacheOf(), ['GET /films?title=eq.secret'], ['GET /films?title=eq.mine']);
    expect(JSON.stringify(kept.plan, (_, value: unknown) => (typeof value === 'bigint' ? '' : value))).not.toContain(
      'secret',
    );
  });

  it.each<[string, Sent]>([
    ['a variadic argument of several', ['GET /rpc/total?ns=1&ns=2']],
    ['marks of the client', ['GET /films?meta->>perch-mark-0=eq.1']],
    ['an explained statement', ['GET /films', { accept: 'application/vnd.pgrst.plan+json' }]],
  ])('does not keep %s', (_, sent) => {
    const cache = cacheOf();
    expect(statementsOf(warm(cache, sent, sent))).toEqual(cold(sent));
    expect(isKept(cache, sent)).toBe(false);
  });

  it('keeps nothing of another schema or configuration', () => {
    const cache = cacheOf();
    const sent: Sent = ['GET /films?id=eq.1'];
    const kept = warm(cache, sent, sent).plan;
    expect(ask(cache, sent, filmSchemaCache()).plan).not.toBe(kept);
    const narrow = { ...config, maxRows: 2 };
    expect(ask(new PlanCache(narrow), sent, films, narrow).main.values).toContain('2');
    expect(ask(cache, sent).plan).toBe(kept);
  });

  it('throws again what was refused', () => {
    const cache = cacheOf();
    for (let time = 0; time < 4; time += 1) {
      expect(() => ask(cache, ['GET /filmz?id=eq.1'])).toThrow(expect.objectContaining({ code: 'PGRST205' }));
    }
  });

  it.each([
    ['many', { entries: 4, characters: 1e6 }],
    ['long', { entries: 1000, characters: 30_000 }],
  ])('forgets what is not used when there are too %s shapes, and keeps what is', (_, limits) => {
    const cache = cacheOf(limits);
    const used: Sent = ['GET /films?id=eq.1'];
    const unused: Sent = ['GET /films?title=eq.1'];
    const kept = warm(cache, used, used).plan;
    const idle = warm(cache, unused, unused).plan;
    for (let limit = 1; limit < 40; limit += 1) {
      const sent: Sent = [`GET /films?limit=${limit}`];
      warm(cache, sent, sent);
      expect(ask(cache, used).plan).toBe(kept);
    }
    expect(ask(cache, unused).plan).not.toBe(idle);
  });
});

describe('what is parsed', () => {
  const recalls = (cache: PlanCache, sent: Sent) => cache.parse(sentAs(sent)).result.kind === 'recalled';

  it("is recalled with the headers, the path and the query of each request, and nobody else's", () => {
    const cache = cacheOf();
    const first: Sent = ['GET /films?title=eq.secret&limit=2', { 'x-a': 'private', prefer: 'timezone=UTC' }];
    warm(cache, first, first);
    const then: Sent = ['GET /films?title=eq.mine&limit=2', { 'x-b': '1', prefer: 'timezone=UTC' }];
    const { result } = cache.parse(sentAs(then));
    const { queryParams, ...own } = result.request;
    const { queryParams: expected, ...whole } = parseApiRequest(sentAs(then), config);
    expect([result.kind, own]).toEqual(['recalled', whole]);
    expect(JSON.stringify(queryParams.filters)).not.toMatch(/secret|mine/);
    expect(expected.filters).toHaveLength(1);
  });

  it('is not taken for a path that ends in the words of its query', () => {
    const cache = cacheOf();
    const sent: Sent = ['GET /films?select=id&limit=2'];
    warm(cache, sent, sent);
    expect(() => ask(cache, ['GET /films&select=id&limit=2'])).toThrow(expect.objectContaining({ code: 'PGRST205' }));
  });

  it('is parsed anew where the schema has moved on', () => {
    const cache = cacheOf();
    const sent: Sent = ['GET /films?title=eq.a'];
    warm(cache, sent, sent);
    expect(recalls(cache, sent)).toBe(true);
    expect(ask(cache, sent, filmSchemaCache()).main).toEqual(cold(sent).main);
  });

  it.each<[string, Sent]>([
    ['a form', ['POST /rpc/add', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=1&b=2']],
    ['another separator', ['GET /films?id=eq.1;title=eq.a']],
    ['marks of the client', ['GET /films?title=eq.perch-slot-0&or=(title.eq.perch-slot-0)']],
    ['encoded marks of the client', ['GET /films?title=eq.a&or=(title.eq.perch%2Dslot-0)']],
  ])('is not kept of %s', (_, sent) => {
    const cache = cacheOf();
    expect(statementsOf(warm(cache, sent, sent))).toEqual(cold(sent));
    expect(recalls(cache, sent)).toBe(false);
  });

  it.each<[string, Sent]>([
    ['a body that is none', ['POST /films', {}, '[{"title":']],
    ['a list that does not close', ['GET /films?id=in.(1']],
  ])('is refused again for %s', (_, bad) => {
    const cache = cacheOf();
    const good: Sent = bad[2] === undefined ? ['GET /films?id=in.(1)'] : ['POST /films', {}, '[{"title":1}]'];
    warm(cache, good, good);
    expect(recalls(cache, good)).toBe(true);
    const refused = () => parseApiRequest(sentAs(bad), config);
    expect(refused).toThrow();
    const error = thrownBy(refused);
    expect(thrownBy(() => cache.parse(sentAs(bad)))).toEqual(error);
  });

  it('keeps few sets of keys of one request', () => {
    const cache = cacheOf();
    for (let keys = 1; keys < 100; keys += 1) {
      const body = JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, at) => [`k${at}`, 1])));
      const sent: Sent = ['POST /rpc/raw', {}, body];
      warm(cache, sent, sent);
      expect(recalls(cache, sent)).toBe(keys <= 16);
    }
  });

  it('had its body read once, also where its set of keys is not kept', () => {
    const cache = cacheOf();
    warm(cache, ['POST /rpc/raw', {}, '{"k":1}'], ['POST /rpc/raw', {}, '{"k":2}']);
    for (const text of ['{"k":3}', '{"another":1}']) {
      const sent = sentAs(['POST /rpc/raw', {}, text]);
      let readings = 0;
      sent.body.toString = () => ((readings += 1), text);
      cache.parse(sent);
      expect(readings).toBe(1);
    }
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
