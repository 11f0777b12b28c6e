import fc from 'fast-check';
import { EngineError } from '../../../error/engine-error.js';
import { parseColumns } from '../parse-columns.js';
import { parseFilterValue } from '../parse-filter.js';
import { parseLogic } from '../parse-logic.js';
import { parseOrder } from '../parse-order.js';
import { parseSelect } from '../parse-select.js';
import * as grammar from './grammar.js';
import { placeOf, sentence } from './mistake.js';

type Parameter = 'select' | 'order' | 'filter' | 'logic' | 'columns' | 'treePath' | 'logicPath';

/** Column and sentence of the mistake; undefined for a text that is right. */
function mistakeIn(parameter: Parameter, text: string): string | undefined {
  const outcome = grammar[parameter]([...text], 0);
  if (outcome.ok) return undefined;
  const { line, column } = placeOf([...text], outcome.mistake);
  return `${line}:${column} ${sentence(outcome.mistake)}`;
}

const anyName = 'field name (* or [a..z0..9_$])';
const behindName = 'letter, digit, "-", "->>", "->"';

describe('what is wrong in', () => {
  it.each<[Parameter, string, string | undefined]>([
    [
      'select',
      'id,clients(name[])',
      `1:16 unexpected '[' expecting ${behindName}, "::", ".", ")", "," or end of input`,
    ],
    ['select', 'data->>-78xy', `1:11 unexpected 'x' expecting digit, "->", "::", ".", "," or end of input`],
    ['select', 'name!hint', `1:5 unexpected '!' expecting ${behindName}, "::", ".", ")", "," or end of input`],
    ['select', 'id,*!hint', `1:5 unexpected '!' expecting ")", "," or end of input`],
    ['select', 'name::', '1:7 unexpected end of input expecting letter or digit'],
    ['select', 'a:b:c', '1:4 unexpected "c" expecting "::"'],
    ['select', 'id:', `1:4 unexpected end of input expecting ":" or ${anyName}`],
    ['select', 'price.sum(x)', '1:10 unexpected "x" expecting "()"'],
    ['select', 'maps(,id)', `1:6 unexpected "," expecting "...", ${anyName}, "*", "count()" or ")"`],
    ['select', '"id', String.raw`1:4 unexpected end of input expecting "\\" or "\""`],
    ['select', "id'", String.raw`1:3 unexpected '\'' expecting ${behindName}, "::", ".", ")", "," or end of input`],
    [
      'select',
      'id\u0000',
      String.raw`1:3 unexpected '\NUL' expecting ${behindName}, "::", ".", ")", "," or end of input`,
    ],
    ['select', 'id,\u00bf', String.raw`1:4 unexpected "\191" expecting "...", ${anyName}, "*" or "count()"`],
    ['select', 'rel(id) ', '1:9 unexpected end of input expecting ","'],
    ['select', '\u00bf', undefined],
    ['filter', 'noop.0', '1:1 unexpected "o" expecting "not" or operator (eq, gt, ...)'],
    ['filter', 'not.noop.0', '1:5 unexpected "n" expecting operator (eq, gt, ...)'],
    ['filter', 'eq().1', '1:4 unexpected ")" expecting operator (eq, gt, ...)'],
    ['filter', 'fts(en-us).tide', '1:7 unexpected "-" expecting operator (eq, gt, ...)'],
    ['filter', 'in().value', '1:3 unexpected "(" expecting operator (eq, gt, ...)'],
    ['filter', 'in.1,2', '1:4 unexpected "1" expecting "("'],
    ['filter', 'is.nul', '1:7 unexpected end of input expecting isVal: (null, not_null, true, false, unknown)'],
    ['filter', 'eq.anything (at, all)', undefined],
    ['order', 'clients(name,id)', `1:8 unexpected '(' expecting ${behindName}, delimiter (.), "," or end of input`],
    ['order', 'id.ac', '1:4 unexpected "c" expecting "asc", "desc", "nullsfirst" or "nullslast"'],
    ['order', 'id.descc', `1:8 unexpected 'c' expecting delimiter (.), "," or end of input`],
    ['order', 'id.asc.nlsfst', '1:8 unexpected "l" expecting "nullsfirst" or "nullslast"'],
    ['logic', 'or()', `1:4 unexpected ")" expecting ${anyName}, negation operator (not) or logic operator (and, or)`],
    ['logic', 'or)(', '1:3 unexpected ")" expecting "("'],
    ['logic', 'and(ord(id.eq.1,id.eq.1),id.eq.2)', '1:7 unexpected "d" expecting "("'],
    ['logic', 'or(id.eq.1,not.xor(id.eq.2))', '1:16 unexpected "x" expecting logic operator (and, or)'],
    ['columns', ',', `1:1 unexpected "," expecting ${anyName}`],
    ['columns', 'a,\tb,,', `1:11 unexpected "," expecting ${anyName}`],
    ['treePath', 'a->>--34', '1:6 unexpected "-" expecting digit'],
    ['treePath', 'a.\n', String.raw`1:3 unexpected "\n" expecting ${anyName}`],
    ['logicPath', 'a..and', `1:3 unexpected "." expecting ${anyName}`],
  ])('%s=%s', (parameter, text, expected) => {
    expect(mistakeIn(parameter, text)).toBe(expected);
  });
});

const tokens = [
  ...[
    'a',
    'b',
    'count',
    'count()',
    '.sum()',
    '.',
    '..',
    '...',
    '(',
    ')',
    ',',
    ':',
    '::',
    '!',
    'inner',
    'left',
    '->',
    '->>',
  ],
  ...[
    '-',
    '1',
    '*',
    '"',
    '"a b"',
    ' ',
    '\t',
    'int',
    '\u00e9',
    '\\',
    'asc',
    'desc',
    'nullsfirst',
    'nullslast',
    '{',
    '}',
  ],
  ...[
    'not.',
    'and(',
    'or(',
    '.eq.',
    '.is.null',
    '.in.(',
    'eq',
    'gte',
    'like',
    'fts',
    'is',
    'in',
    'any',
    'TRUE',
    'null',
  ],
];
const text = fc.array(fc.constantFrom(...tokens), { maxLength: 14 }).map((pieces) => pieces.join(''));

describe('the parsers take what the grammar takes:', () => {
  it.each<[Parameter, (text: string) => unknown, fc.Arbitrary<string>]>([
    ['select', parseSelect, text],
    ['order', parseOrder, text],
    ['filter', parseFilterValue, text.map((rest) => rest.replace(/^\./, ''))],
    ['logic', (whole) => parseLogic('', false, whole), text.map((rest) => `or(${rest})`)],
    ['columns', (list) => parseColumns('columns', list), text],
  ])('%s', (parameter, parse, texts) => {
    const takes = (one: string): boolean => {
      try {
        parse(one);
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(EngineError);
        return false;
      }
    };
    fc.assert(
      fc.property(texts, (one) => takes(one) === (mistakeIn(parameter, one) === undefined)),
      { seed: 20261123, numRuns: 5_000 },
    );
  });
});
