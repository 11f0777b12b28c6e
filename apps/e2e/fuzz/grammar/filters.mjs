// Conditions: operator and value of a filter, logic trees, and where in the tree of embeds they stand.
import { field, pickColumn, writeName } from './names.mjs';
import { hostile, valueFor } from './values.mjs';

const quantifiable = ['eq', 'gt', 'gte', 'lt', 'lte', 'like', 'ilike', 'match', 'imatch'];
const simple = ['neq', 'cs', 'cd', 'ov', 'sl', 'sr', 'nxr', 'nxl', 'adj'];
const fullText = ['fts', 'plfts', 'phfts', 'wfts'];
const languages = ['english', 'french', 'simple', 'nolang', 'pg_catalog.english', ''];

/** `eq.5`, `not.in.(1,2)`, ... @param inTree the value stands between commas and parentheses */
export function condition(random, column, inTree = false) {
  const value = () => {
    const text = valueFor(random, column);
    return inTree && (random.chance(0.1) || /[,()]/.test(text)) ? quoted(text) : text;
  };
  if (!random.wild) return tame(random, column, value);
  const text = random.weighted([
    [
      40,
      () =>
        `${random.pick(quantifiable)}${random.weighted([
          [88, ''],
          [5, '(any)'],
          [5, '(all)'],
          [1, '()'],
          [1, '(some)'],
        ])}.${value()}`,
    ],
    [8, () => `${random.pick(quantifiable)}(${random.pick(['any', 'all'])}).{${random.some(0, 4, value).join(',')}}`],
    [14, () => `${random.pick(simple)}.${value()}`],
    [14, () => `in.(${random.some(0, 5, () => listed(random, column)).join(',')})`],
    [10, () => `is.${random.pick(['null', 'not_null', 'true', 'FALSE', 'unknown', 'NULL', 'nul', ''])}`],
    [5, () => `isdistinct.${value()}`],
    [7, () => `${random.pick(fullText)}${random.chance(0.4) ? `(${random.pick(languages)})` : ''}.${value()}`],
    [1, () => `${random.pick(['foo', 'EQ', 'eq ', '', 'and', 'not', 'in', 'eq(any'])}.${value()}`],
    [1, () => random.pick(hostile)],
  ])();
  return (
    random.weighted([
      [84, ''],
      [14, 'not.'],
      [1, 'not.not.'],
      [1, 'not'],
    ]) + text
  );
}

/** What nearly every type can be compared with. */
function tame(random, column, value) {
  const text = random.weighted([
    [60, () => `${random.pick(['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'isdistinct'])}.${value()}`],
    [20, () => `in.(${random.some(1, 4, () => listed(random, column)).join(',')})`],
    [20, () => `is.${random.pick(['null', 'not_null'])}`],
    [
      column?.type === 'text' ? 40 : 0,
      () => `${random.pick(['like', 'ilike', 'match', 'fts', 'plfts(english)', 'wfts'])}.${value()}`,
    ],
    [/range|\[\]/.test(column?.type ?? '') ? 60 : 0, () => `${random.pick(['cs', 'cd', 'ov'])}.${value()}`],
  ])();
  return (random.chance(0.15) ? 'not.' : '') + text;
}

const quoted = (text) => `"${text.replace(/[\\"]/g, '\\$&')}"`;

function listed(random, column) {
  const text = valueFor(random, column);
  return random.chance(0.3) || /[,()"]/.test(text) ? quoted(text) : text;
}

/** One filter of a relation as a [key, value] pair; `path` are the embeds it stands under. */
export function filter(random, relation, path = []) {
  const { text, column } = field(random, relation);
  return [prefixed(random, path, text), condition(random, column)];
}

/** On an embed as a whole: whether it is there. */
export function embedFilter(random, path) {
  return [
    prefixed(random, path.slice(0, -1), path.at(-1)),
    random.pick(['is.null', 'not.is.null', ...(random.wild ? ['is.not_null', 'eq.1'] : [])]),
  ];
}

/** `and=(...)`, `embed.not.or=(...)`. */
export function logic(random, relation, path = [], embeds = []) {
  const key = random.weighted([
    [45, 'or'],
    [35, 'and'],
    [10, 'not.or'],
    [8, 'not.and'],
    [random.wild ? 2 : 0, 'xor'],
  ]);
  return [prefixed(random, path, key), tree(random, relation, 2, embeds)];
}

function tree(random, relation, depth, embeds) {
  const element = () =>
    random.weighted([
      [70, () => leaf(random, relation)],
      [
        depth > 0 ? 20 : 0,
        () => random.pick(['and', 'or', 'not.and', 'not.or']) + tree(random, relation, depth - 1, embeds),
      ],
      [embeds.length > 0 ? 12 : 0, () => embedFilter(random, random.pick(embeds).path).join('.')],
      [random.wild ? 2 : 0, () => random.pick(['', ' ', 'and', 'id', 'id.eq', random.pick(hostile)])],
    ])();
  const [open, close] = random.weighted([
    [96, ['(', ')']],
    [2, ['( ', ' )']],
    [random.wild ? 1 : 0, ['(', '']],
    [random.wild ? 1 : 0, ['', ')']],
  ]);
  return open + random.some(1, 4, element).join(random.chance(0.05) ? ' , ' : ',') + close;
}

function leaf(random, relation) {
  const { text, column } = field(random, relation);
  return `${text}.${condition(random, column, true)}`;
}

const orderEnds = ['', '', '', '.asc', '.desc', '.nullsfirst', '.asc.nullslast', '.desc.nullsfirst', '.desc.nullslast'];

/** The value of `order`; by a column of an embed too. */
export function order(random, relation, embeds = []) {
  const term = () => {
    const end = random.wild && random.chance(0.1) ? random.pick(['.up', '.desc.asc', '.']) : random.pick(orderEnds);
    if (embeds.length === 0 || random.chance(0.75)) return field(random, relation).text + end;
    const embed = random.pick(embeds);
    return `${writeName(random, embed.path.at(-1))}(${writeName(random, pickColumn(random, embed.relation).name)})${end}`;
  };
  return random.some(1, 4, term).join(',');
}

const bounds = [
  '0',
  '1',
  '2',
  '3',
  '5',
  '40',
  '100',
  '-1',
  '',
  'x',
  '1.5',
  '0x5',
  '(5)',
  '1e3',
  '9223372036854775807',
  '9223372036854775808',
  '9'.repeat(60),
];

export const bound = (random) => (!random.wild || random.chance(0.6) ? String(random.below(6)) : random.pick(bounds));

/** A key under embeds: `makers.works.name`. */
export function prefixed(random, path, text) {
  return [...path.map((name) => writeName(random, name)), text].join('.');
}
