/**
 * The grammar of the query string's parameters as rules, only to say exactly where and how a text breaks it. The parsers
 * beside this folder accept the same texts; `grammar.spec.ts` compares the two.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/url_grammar.html
 */
import { ftsOperators, quantifiableOperators, simpleOperators } from '../operators.js';
import {
  ahead,
  always,
  attempt,
  character,
  characters,
  characterWhere,
  endOfText,
  inTurn,
  many,
  named,
  notAhead,
  oneOf,
  optional,
  separated,
  someOf,
  type Rule,
} from './rule.js';

const isIn = (set: string): Rule<string> => characterWhere((found) => set.includes(found));
const isNotIn = (set: string): Rule<string> => characterWhere((found) => !set.includes(found));
const blanks = many(isIn(' \t'));
const lexeme = (rule: Rule<unknown>): Rule<unknown> => inTurn(blanks, rule, blanks);
const anything = characterWhere(() => true);
const letter = named(
  characterWhere((found) => /\p{L}/u.test(found)),
  'letter',
);
const digit = named(
  characterWhere((found) => /[0-9]/.test(found)),
  'digit',
);
const delimiter = named(character('.'), 'delimiter (.)');
const between = (rule: Rule<unknown>): Rule<unknown> => inTurn(character('('), rule, character(')'));

// Names

const word = someOf(oneOf<string>(letter, digit, isIn('_ $')));
const quoted = inTurn(
  character('"'),
  many(oneOf<unknown>(isNotIn('\\"'), inTurn(character('\\'), anything))),
  character('"'),
);
const dash = attempt(inTurn(character('-'), notAhead(character('>'))));
const name = named(oneOf<unknown>(quoted, separated(word, dash)), 'field name (* or [a..z0..9_$])');

const jsonKey = named(
  oneOf<unknown>(quoted, separated(someOf(isNotIn('(-:.,>)')), dash)),
  'any non reserved character different from: .,>()',
);
const indexEnd = oneOf<unknown>(
  ...['->', '::', '.', ','].map((end) => attempt(ahead(characters(end)))),
  attempt(endOfText),
);
const jsonIndex = inTurn(optional(character('-')), someOf(digit), indexEnd);
const jsonPath = many(
  inTurn(oneOf(attempt(characters('->>')), attempt(characters('->'))), oneOf(attempt(jsonIndex), attempt(jsonKey))),
);
const field = lexeme(inTurn(name, jsonPath));

/** `embed.sub.column->key` */
export const treePath: Rule<unknown> = inTurn(separated(name, delimiter), jsonPath);
/** `embed.not.and` */
export const logicPath: Rule<unknown> = separated(name, delimiter);
export const columns: Rule<unknown> = separated(name, lexeme(character(',')));

// Select

const alias = optional(attempt(inTurn(name, character(':'), notAhead(character(':')))));
const embedParameter = inTurn(
  character('!'),
  oneOf<unknown>(attempt(characters('left')), attempt(characters('inner')), attempt(name)),
);
const embedStart = inTurn(optional(embedParameter), optional(embedParameter), attempt(ahead(characters('('))));
/** `count(` is kept for the aggregate: it fails without a word of its own. */
const noCount: Rule<unknown> = (text, at) => {
  const outcome = name(text, at);
  if (!outcome.ok) return outcome;
  const found = text.slice(at, outcome.end).join('');
  const isCount = found.trim() === 'count' || found === '"count"';
  return isCount ? { ok: false, took: true, mistake: outcome.mistake } : outcome;
};
const relation = lexeme(inTurn(alias, noCount, embedStart));
const spread = lexeme(inTurn(characters('...'), name, embedStart));

const itemEnd = oneOf<unknown>(attempt(ahead(characters(')'))), attempt(ahead(characters(','))), attempt(endOfText));
const cast = optional(inTurn(characters('::'), word));
const aggregate = oneOf<unknown>(
  characters('sum'),
  characters('avg'),
  characters('count'),
  attempt(characters('max')),
  attempt(characters('min')),
);
const column = lexeme(
  oneOf<unknown>(
    attempt(inTurn(characters('*'), itemEnd)),
    attempt(inTurn(alias, characters('count()'), cast, itemEnd)),
    inTurn(alias, field, cast, optional(attempt(inTurn(character('.'), aggregate, characters('()')))), cast, itemEnd),
  ),
);
const embedded = between((text, at) => select(text, at));
const item = oneOf<unknown>(inTurn(attempt(spread), embedded), inTurn(attempt(relation), embedded), column);
export const select: Rule<unknown> = oneOf<unknown>(separated(item, lexeme(character(','))), always(undefined));

// Conditions

const listElement = oneOf<unknown>(attempt(inTurn(quoted, notAhead(isNotIn(',)')))), many(isNotIn(',)')));
const list = inTurn(lexeme(character('(')), separated(listElement, character(',')), lexeme(character(')')));
const anyCase = (keyword: string): Rule<unknown> =>
  attempt(inTurn(...[...keyword].map((small) => oneOf(character(small), character(small.toUpperCase())))));
const isValue = named(
  oneOf(...['null', 'not_null', 'true', 'false', 'unknown'].map(anyCase)),
  'isVal: (null, not_null, true, false, unknown)',
);
const oneOfWords = (words: readonly string[]): Rule<unknown> => oneOf(...words.map((one) => attempt(characters(one))));
/** The longer of two operators that begin alike has to be tried first. */
const longestFirst = (table: object): readonly string[] =>
  Object.keys(table).sort((left, right) => (left.startsWith(right) ? -1 : right.startsWith(left) ? 1 : 0));
const simpleOperator = named(oneOfWords(Object.keys(simpleOperators)), 'unknown single value operator');
const quantifiableOperator = named(oneOfWords(longestFirst(quantifiableOperators)), 'unknown single value operator');
const quantifier = optional(attempt(between(oneOf(attempt(characters('any')), characters('all')))));
const language = optional(attempt(between(word)));

function condition(value: Rule<unknown>): Rule<unknown> {
  const operation = named(
    oneOf<unknown>(
      inTurn(attempt(inTurn(characters('in'), delimiter)), list),
      inTurn(attempt(inTurn(characters('is'), delimiter)), isValue),
      inTurn(attempt(inTurn(characters('isdistinct'), delimiter)), value),
      attempt(inTurn(oneOfWords(Object.keys(ftsOperators)), language, delimiter, value)),
      attempt(inTurn(simpleOperator, delimiter, value)),
      attempt(inTurn(quantifiableOperator, quantifier, delimiter, value)),
    ),
    'operator (eq, gt, ...)',
  );
  return inTurn(optional(attempt(inTurn(characters('not'), delimiter))), operation);
}

export const filter: Rule<unknown> = condition(many(anything));

const logicValue = oneOf<unknown>(
  attempt(inTurn(quoted, notAhead(isNotIn(',)')))),
  attempt(inTurn(characters('{'), many(isNotIn('{}')), characters('}'))),
  many(isNotIn(',)')),
);
const logicFilter = inTurn(field, delimiter, condition(logicValue));
const not = named(optional(attempt(inTurn(characters('not'), delimiter))), 'negation operator (not)');
const logicOperator = named(oneOf<unknown>(attempt(characters('and')), characters('or')), 'logic operator (and, or)');
export const logic: Rule<unknown> = oneOf<unknown>(
  attempt(logicFilter),
  inTurn(
    not,
    logicOperator,
    lexeme(character('(')),
    separated((text, at) => logic(text, at), lexeme(character(','))),
    lexeme(character(')')),
  ),
);

// Order

const orderEnd = oneOf<unknown>(attempt(ahead(character(','))), attempt(endOfText));
const direction = oneOf<unknown>(
  attempt(inTurn(delimiter, characters('asc'))),
  attempt(inTurn(delimiter, characters('desc'))),
);
const nulls = oneOf<unknown>(
  attempt(inTurn(delimiter, characters('nullsfirst'))),
  attempt(inTurn(delimiter, characters('nullslast'))),
);
const orderTail = inTurn(optional(direction), oneOf<unknown>(inTurn(optional(nulls), orderEnd), orderEnd));
export const order: Rule<unknown> = separated(
  lexeme(oneOf<unknown>(attempt(inTurn(name, between(field), orderTail)), inTurn(field, orderTail))),
  character(','),
);
