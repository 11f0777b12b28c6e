import fc from 'fast-check';
import { filmConfig } from '../../test/film-config.js';
import type { ApiConfig } from '../api-config.js';
import { EngineError } from '../error/engine-error.js';
import { parseApiRequest, type ApiRequest } from './api-request.js';
import type { LogicTree, SelectItem } from './query-params/ast.js';
import { maxDepth } from './query-params/scanner.js';

const config: ApiConfig = {
  ...filmConfig,
  schemas: ['public'],
  extraSearchPath: [],
  txEnd: 'commit-allow-override',
  hoistedTxSettings: [],
};

/** Same requests in each run: a failure can be looked at again. */
const runs = { seed: 20261123, numRuns: 1_000 };

/** Pieces of the grammar, of other grammars, and of nothing. */
const token = fc.constantFrom(
  ...[
    'select',
    'order',
    'limit',
    'offset',
    'and',
    'or',
    'not',
    'columns',
    'on_conflict',
    'id',
    'maps',
    'doc',
    '"',
    '\\',
  ],
  ...[
    '(',
    ')',
    ',',
    '.',
    ':',
    '::',
    '->',
    '->>',
    '!',
    '*',
    '...',
    '-',
    '=',
    '&',
    ';',
    '+',
    '%',
    '%00',
    '%ff',
    '%22',
    ' ',
    '\t',
  ],
  ...[
    'eq',
    'eq.',
    'in.(',
    'is.null',
    'fts(english).',
    'like(any).{',
    'count()',
    '.sum()',
    'inner',
    'left',
    'int',
    'text',
    '1',
    '-1',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    "'",
    '%F0%9F%97%BA',
    '%ED%A0%80',
    '99999999999999999999',
    '__proto__',
    'rpc/',
    '/',
    '\n',
    '\0',
  ],
);
const text = fc.oneof(
  { weight: 4, arbitrary: fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
);
const header = fc.tuple(
  fc.constantFrom('prefer', 'accept', 'content-type', 'range', 'cookie', 'accept-profile', 'x-a'),
  fc.oneof(
    text,
    fc.constantFrom(
      'text/csv',
      'application/json',
      'application/x-www-form-urlencoded',
      'handling=strict',
      '0-9',
      '9-0',
    ),
  ),
);
const request = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS', 'PURGE'),
  path: fc.oneof(
    fc.constantFrom('/', '/maps', '/rpc/f'),
    text.map((segment) => `/${segment}`),
  ),
  query: text,
  headers: fc.array(header, { maxLength: 4 }),
  body: fc.oneof(
    text.map((body) => Buffer.from(body)),
    fc.json().map((body) => Buffer.from(body)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  ),
});

function parse(input: Parameters<typeof parseApiRequest>[0]): ApiRequest | EngineError {
  try {
    return parseApiRequest(input, config);
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

function selectDepth(items: readonly SelectItem[]): number {
  return 1 + Math.max(0, ...items.map((item) => ('select' in item ? selectDepth(item.select) : 0)));
}

function logicDepth(tree: LogicTree): number {
  return tree.kind === 'group' ? 1 + Math.max(...tree.children.map(logicDepth)) : 0;
}

describe('any request', () => {
  it('is parsed, or refused with an error of the catalogue below 500', () => {
    fc.assert(
      fc.property(request, (input) => {
        const outcome = parse(input);
        if (outcome instanceof EngineError) expect(outcome.status).toBeLessThan(500);
        else expect(outcome.accept.length).toBeGreaterThan(0);
      }),
      runs,
    );
  });

  it('means the same when it is parsed again', () => {
    fc.assert(
      fc.property(request, (input) => {
        expect(parse(input)).toEqual(parse(input));
      }),
      { ...runs, numRuns: 300 },
    );
  });

  it('never leaves a character in a cast that could end it', () => {
    fc.assert(
      fc.property(text, (cast) => {
        const outcome = parse({
          method: 'GET',
          path: '/maps',
          query: `select=${encodeURIComponent(`id::${cast}`)}`,
          headers: [],
          body: Buffer.alloc(0),
        });
        if (outcome instanceof EngineError) return;
        const [item] = outcome.queryParams.select;
        expect(item?.kind === 'field' ? item.cast : '').toMatch(/^[\p{L}0-9_$ ]*$/u);
      }),
      runs,
    );
  });
});

describe('a hostile query string of a megabyte', () => {
  const size = 1_000_000;
  const fill = (piece: string) => piece.repeat(Math.ceil(size / piece.length));
  it.each([
    ['open parentheses', `select=${fill('a(')}`],
    ['open spreads', `select=${fill('...a(')}`],
    ['open logic', `or=(${fill('not.and(')}`],
    ['open quotes', `select=${fill('%22')}`],
    ['escapes', `id=in.(${fill('%22%5C%22,')}`],
    ['list elements', `id=in.(${fill('%22a%22,')}b)`],
    ['json steps', `select=d${fill('->a')}`],
    ['json keys of dashes', `select=d->${fill('-')}`],
    ['a long name', `${fill('a')}=eq.1`],
    ['a long path', `${fill('a.')}a=eq.1`],
    ['many parameters', fill('id=eq.1&')],
    ['many orders', fill('order=id&')],
    ['many limits', fill('a.limit=1&')],
    ['many separators', fill('&')],
    ['percent signs', `a=${fill('%')}`],
    ['digits', `limit=${fill('9')}`],
    ['parentheses round a digit', `limit=${fill('(')}`],
    ['casts', `select=id::${fill('a')}`],
    ['blanks', `select=${fill('+')}`],
    ['array literals', `or=(a.cs.${fill('{')}`],
  ])('of %s takes time in proportion and keeps its depth', (_, query) => {
    const before = process.cpuUsage();
    const outcome = parse({ method: 'GET', path: '/maps', query, headers: [], body: Buffer.alloc(0) });
    const { user, system } = process.cpuUsage(before);
    // Microseconds of CPU, so that a busy machine does not matter; what is not linear takes minutes.
    expect(user + system).toBeLessThan(10_000_000);
    if (outcome instanceof EngineError) return expect(outcome.message.length).toBeLessThan(2_000);
    expect(selectDepth(outcome.queryParams.select)).toBeLessThanOrEqual(maxDepth + 1);
    expect(
      Math.max(0, ...outcome.queryParams.logic.slice(0, 10).map(({ value }) => logicDepth(value))),
    ).toBeLessThanOrEqual(maxDepth);
  });
});
