// Names as a query string writes them: columns, JSON paths, casts, aliases; right, quoted, wrong and hostile.
import { computedFields } from '../vocabulary.mjs';
import { hostile } from './values.mjs';

const plain = /^[\p{L}0-9_$ ]+$/u;
const jsonKeys = ['a', 'b', 'ink', 'rank', 'tags', 'box', 'k 1', 'deep', 'er', 'n', 's', 'Ü', 'width', 'x', 'nothing'];
const casts = [
  'text',
  'int',
  'int4',
  'numeric',
  'date',
  'json',
  'jsonb',
  'bool',
  'varchar',
  'map_status',
  'char',
  'xml',
];
const oddCasts = [
  'nosuch',
  'text[]',
  'numeric(3,1)',
  'Odd Enum',
  '"Odd Enum"',
  'pg_catalog.int4',
  'double precision',
  '',
  '1',
  'text;x',
];

/** Quoted where it must be, and sometimes where it need not. */
export function writeName(random, name) {
  const quoted = () => `"${name.replace(/[\\"]/g, '\\$&')}"`;
  if (!plain.test(name) || name.trim() !== name) return !random.wild || random.chance(0.9) ? quoted() : name;
  return random.chance(0.08) ? quoted() : name;
}

export function pickColumn(random, relation) {
  return relation.columns.length > 0 ? random.pick(relation.columns) : { name: 'id', type: 'integer', values: [] };
}

/** `{ text, column }`: a field with or without a JSON path; column is undefined where there is none of that name. */
export function field(random, relation) {
  const column = pickColumn(random, relation);
  const computed = computedFields(relation);
  const [text, known] = random.weighted([
    [85, () => [writeName(random, column.name), column]],
    [computed.length > 0 ? 8 : 0, () => [random.pick(computed), undefined]],
    [random.wild ? 4 : 0, () => [random.pick(['nosuch', 'ID', 'oid', 'ctid', 'tableoid', relation.name]), undefined]],
    [random.wild ? 3 : 0, () => [writeName(random, random.pick(hostile)), undefined]],
  ])();
  const deep = /^(json|size_mm|.*\[\])/.test(known?.type ?? '');
  return { text: random.chance(deep ? 0.5 : random.wild ? 0.06 : 0) ? text + jsonPath(random) : text, column: known };
}

export function jsonPath(random) {
  const step = () =>
    random.pick(['->', '->', '->>']) +
    random.weighted([
      [60, () => random.pick(jsonKeys)],
      [20, () => String(random.between(-3, 5))],
      [8, () => `"${random.pick(jsonKeys)}"`],
      [random.wild ? 6 : 0, () => random.pick(['-', '01', '1x', '2147483648', '99999999999999999999', ''])],
      [random.wild ? 4 : 0, () => random.pick(hostile)],
    ])();
  return random.some(1, 4, step).join('');
}

export function cast(random) {
  return `::${random.pick(!random.wild ? ['text', 'text', 'varchar', 'json'] : random.chance(0.8) ? casts : oddCasts)}`;
}

export function alias(random) {
  const name = random.weighted([
    [70, () => random.pick(['a', 'b', 'x1', 'the name', 'été', 'id', 'count', 'title'])],
    [10, () => writeName(random, random.pick(['a.b', 'a,b', 'q"q', '東']))],
    [random.wild ? 8 : 0, () => writeName(random, random.pick(hostile))],
  ])();
  return `${name}:`;
}
