/** Whatever values a request has: a cache that has seen the likes of it answers what the walk without one answers. */
import fc from 'fast-check';
import { filmConfig } from '../../test/film-config.js';
import { films } from '../../test/film-plan.js';
import { parseApiRequest } from '../api-request/api-request.js';
import type { EngineRequest } from '../engine-request.js';
import { EngineError } from '../error/engine-error.js';
import { planAction } from '../plan/plan-action.js';
import { planStatements, type PlanStatements } from './build-main-query.js';
import { PlanCache } from './plan-cache.js';

/** Same requests in each run: a failure can be looked at again. */
const runs = { seed: 20261125, numRuns: 1_500 };

/** Texts that mean something to some part of the grammar, and any others. */
const piece = fc.oneof(
  fc.constantFrom(
    '',
    '1',
    'a',
    '.',
    ',',
    '(',
    ')',
    '"',
    '\\',
    '*',
    '+',
    '%',
    '{',
    '}',
    ' ',
    'eq.',
    'not.',
    'in.',
    '=',
    'é',
  ),
  fc.constantFrom(
    'perch-mark-0',
    'perch-slot-0',
    'perch-slot-1',
    '\u0001',
    ';',
    '-',
    ':',
    'null',
    '%41',
    '%ff',
    '%2',
    '.x',
  ),
  fc.string({ maxLength: 4 }),
);
const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
/** As clients send it, and as it comes from those that encode too little. */
const value = fc.oneof(
  text.map(encodeURIComponent),
  text.map((raw) => raw.replace(/[^\x21-\x7e]|[&#]/g, encodeURIComponent)),
);

const operator = fc.constantFrom(
  'eq',
  'neq',
  'gt',
  'lte',
  'like',
  'ilike',
  'match',
  'cs',
  'isdistinct',
  'fts',
  'in',
  'is',
);
const condition = fc.record({
  name: fc.constantFrom('id', 'title', 'meta->>a', 'films.year', 'id,', 'or', 'a.b', 'order', '"order"', 'ti%74le'),
  before: fc.constantFrom('', '', 'not.', 'NOT.', 'not.not.'),
  operator,
  form: fc.constantFrom('plain', 'plain', 'plain', 'list', 'any', 'open'),
});
type Condition = typeof condition extends fc.Arbitrary<infer T> ? T : never;

function written({ name, before, operator: op, form }: Condition, own: string): string {
  const shown = { plain: `${op}.${own}`, list: `${op}.(${own})`, any: `${op}(any).{${own}}`, open: own }[form];
  return `${name}=${before}${shown}`;
}

const others = fc.constantFrom(
  '',
  'select=id,title',
  'order=id',
  'limit=3&offset=2',
  'or=(id.eq.1,title.eq.perch-slot-0)',
);
const target = fc.constantFrom(
  ['GET', '/films'],
  ['HEAD', '/films'],
  ['GET', '/directors'],
  ['GET', '/rpc/search'],
  ['PATCH', '/films'],
  ['DELETE', '/films'],
  ['PUT', '/films'],
);

/** Two requests that differ in values only. */
const pair = fc
  .record({ target, conditions: fc.array(condition, { maxLength: 3 }), rest: others })
  .chain(({ target: [method = '', path = ''], conditions, rest }) => {
    const one = fc.tuple(...conditions.map(() => value)).map((values): EngineRequest => {
      const parts = conditions.map((given, at) => written(given, values[at] ?? ''));
      const query = [...parts, rest].filter((part) => part !== '').join('&');
      return {
        method,
        path,
        query,
        headers: [],
        body: Buffer.from(method.startsWith('P') ? '{"id":1,"title":"a"}' : ''),
      };
    });
    return fc.tuple(one, one);
  });

type Outcome = PlanStatements | { readonly error: unknown };

function outcome(answer: () => PlanStatements): Outcome {
  try {
    const { main, plannedCount } = answer();
    return { main: { text: main.text, values: main.values }, plannedCount };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const { code, message, details, hint } = error;
    return { error: { code, message, details, hint } };
  }
}

function cold(sent: EngineRequest): PlanStatements {
  const request = parseApiRequest(sent, filmConfig);
  const plan = planAction(request, films, filmConfig);
  if (plan.kind === 'info') throw new TypeError('an action that has statements was meant');
  return planStatements({ plan, request, config: filmConfig });
}

function cached(cache: PlanCache, sent: EngineRequest): PlanStatements {
  const { plan, request, known } = cache.plan(cache.parse(sent), films);
  if (plan.kind === 'info') throw new TypeError('an action that has statements was meant');
  return known ?? planStatements({ plan, request, config: filmConfig });
}

it('answers from what it keeps as if it kept nothing', () => {
  let recalled = 0;
  fc.assert(
    fc.property(pair, ([first, second]) => {
      const cache = new PlanCache(filmConfig);
      for (let time = 0; time < 3; time += 1) outcome(() => cached(cache, first));
      const fresh = outcome(() => cold(second));
      if (!('error' in fresh) && cache.parse(second).result.kind === 'recalled') recalled += 1;
      expect(outcome(() => cached(cache, second))).toEqual(fresh);
      expect(outcome(() => cached(cache, first))).toEqual(outcome(() => cold(first)));
    }),
    runs,
  );
  // Or nothing was shown.
  expect(recalled).toBeGreaterThan(runs.numRuns / 20);
});
