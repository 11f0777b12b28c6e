import type { Operation } from './ast.js';
import { parseFilterOrArgument, parseFilterValue } from './parse-filter.js';

const simple = (operator: 'neq' | 'cs' | 'adj', value: string): Operation => ({ kind: 'simple', operator, value });
const compared = (operator: 'eq' | 'like', value: string, quantifier?: 'any' | 'all'): Operation => ({
  kind: 'quantifiable',
  operator,
  quantifier,
  value,
});

describe('an operation', () => {
  it.each<[string, Operation]>([
    ['eq.2', compared('eq', '2')],
    ['eq.', compared('eq', '')],
    ['eq.eq.2', compared('eq', 'eq.2')],
    ['eq. a,"b)', compared('eq', ' a,"b)')],
    ['eq(any).{1,2}', compared('eq', '{1,2}', 'any')],
    ['like(all).{a*,*b}', compared('like', '{a*,*b}', 'all')],
    ['neq.x', simple('neq', 'x')],
    ['cs.{a}', simple('cs', '{a}')],
    ['adj.[1,2)', simple('adj', '[1,2)')],
    ['isdistinct.5', { kind: 'is-distinct-from', value: '5' }],
    ['is.null', { kind: 'is', value: 'null' }],
    ['is.NOT_NULL', { kind: 'is', value: 'not_null' }],
    ['is.Unknown', { kind: 'is', value: 'unknown' }],
    ['is.true.x', { kind: 'is', value: 'true' }],
    ['in.(1,2)', { kind: 'in', values: ['1', '2'] }],
    ['in.(1,2)x', { kind: 'in', values: ['1', '2'] }],
    ['in.()', { kind: 'in', values: [] }],
    ['in.("")', { kind: 'in', values: [] }],
    ['in.(,a b)', { kind: 'in', values: ['', 'a b'] }],
    ['in.("a,b","q\\"q","a\\\\b",c)', { kind: 'in', values: ['a,b', 'q"q', 'a\\b', 'c'] }],
    ['in.("a"b,"c)', { kind: 'in', values: ['"a"b', '"c'] }],
    ['in.((2))', { kind: 'in', values: ['(2'] }],
    ['fts.a & b', { kind: 'fts', operator: 'fts', language: undefined, value: 'a & b' }],
    ['wfts(english).a', { kind: 'fts', operator: 'wfts', language: 'english', value: 'a' }],
  ])('%p', (text, expected) => {
    expect(parseFilterValue(text)).toEqual({ negated: false, operation: expected });
  });

  it('is negated once', () => {
    expect(parseFilterValue('not.eq.2')).toEqual({ negated: true, operation: compared('eq', '2') });
    expect(() => parseFilterValue('not.not.eq.2')).toThrow(expect.objectContaining({ code: 'PGRST100' }));
  });
});

describe('a mistake', () => {
  it.each([
    ['', 1],
    ['2', 1],
    ['zz.1', 1],
    [' eq.2', 1],
    ['EQ.1', 1],
    ['null', 1],
    ['__proto__.1', 1],
    ['constructor.1', 1],
    ['eq', 3],
    ['eqx', 3],
    ['eq:2', 3],
    ['equals.1', 3],
    ['neq(any).{1}', 4],
    ['eq(any)', 8],
    ['eq(any){2}', 8],
    ['not', 4],
    ['not.', 5],
    ['not.eq', 7],
    ['is(any).null', 3],
    ['is.', 4],
    ['in()', 3],
    ['in.1,2', 4],
    ['in.{2}', 4],
    ['in.(1,2', 8],
    ['cs(any).{a}', 3],
  ])('in %p is at column %i', (text, column) => {
    expect(() => parseFilterValue(text)).toThrow(
      expect.objectContaining({
        code: 'PGRST100',
        message: `"failed to parse filter (${text})" (line 1, column ${column})`,
      }),
    );
  });
});

describe('the query string of a function', () => {
  it.each(['Zoë', '', 'a.b.c', 'eq', 'not', 'nothing', 'equals.1', 'fts(', 'eq(any)', '{4,5}'])(
    'takes %p as an argument',
    (text) => {
      expect(parseFilterOrArgument(text)).toBeUndefined();
    },
  );

  it('takes a condition as a filter', () => {
    expect(parseFilterOrArgument('eq.Bob')).toEqual({ negated: false, operation: compared('eq', 'Bob') });
  });

  it.each(['not.me', 'is.x', 'in.x'])('refuses %p, which begins like a condition', (text) => {
    expect(() => parseFilterOrArgument(text)).toThrow(expect.objectContaining({ code: 'PGRST100' }));
  });
});
