// Bodies of writes and calls: JSON rows, CSV, forms, raw; whole and broken.
import { hostile, jsonFor, valueFor } from './values.mjs';
import { pickColumn } from './names.mjs';

const jsonTypes = ['application/json', 'application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON'];

/** `{ type, body }`; type is a Content-Type, body a text or a Buffer. */
export function rowsBody(random, relation) {
  const columns = someColumns(random, relation);
  return random.weighted([
    [72, () => ({ type: random.pick(jsonTypes), body: jsonRows(random, columns) })],
    [12, () => ({ type: 'text/csv', body: csv(random, columns) })],
    [8, () => ({ type: 'application/x-www-form-urlencoded', body: form(random, columns) })],
    [random.wild ? 15 : 0, () => oddBody(random)],
  ])();
}

/** Arguments of a function. */
export function argumentsBody(random, routine) {
  const args = !random.wild || random.chance(0.8) ? routine.arguments : routine.arguments.slice(1);
  const named = args.map((argument) => ({ ...argument, name: argument.name || 'x' }));
  const unnamed = routine.arguments.length === 1 && routine.arguments[0].name === '';
  return random.weighted([
    [unnamed ? 15 : 60, () => ({ type: random.pick(jsonTypes), body: jsonRow(random, named) })],
    [unnamed ? 55 : 3, () => rawBody(random, routine.arguments[0])],
    [10, () => ({ type: 'application/x-www-form-urlencoded', body: form(random, named) })],
    [4, () => ({ type: 'application/json', body: '' })],
    [random.wild ? 15 : 0, () => oddBody(random)],
  ])();
}

function someColumns(random, relation) {
  const keys = relation.columns.filter(({ name }) => relation.key.includes(name));
  const others = random.shuffle(relation.columns.filter(({ name }) => !relation.key.includes(name)));
  const chosen = [...(random.chance(0.8) ? keys : []), ...others.slice(0, random.between(0, 4))];
  if (random.wild && random.chance(0.1))
    chosen.push({ name: random.pick(['nosuch', '', ...hostile]), type: 'text', values: [] });
  return chosen;
}

function jsonRow(random, columns) {
  const members = columns.map((column) => `${JSON.stringify(column.name)}:${jsonFor(random, column)}`);
  if (members.length > 0 && random.chance(0.03)) members.push(random.pick(members));
  return `{${random.chance(0.1) ? random.shuffle(members).join(' ,\n ') : members.join(',')}}`;
}

function jsonRows(random, columns) {
  return random.weighted([
    [40, () => jsonRow(random, columns)],
    [
      45,
      () =>
        `[${random.some(0, 5, () => jsonRow(random, !random.wild || random.chance(0.9) ? columns : columns.slice(1))).join(',')}]`,
    ],
    [random.wild ? 20 : 0, () => broken(random, jsonRow(random, columns))],
  ])();
}

/** Something cut, doubled or replaced. */
function broken(random, text) {
  const at = random.below(text.length + 1);
  return random.pick([
    text.slice(0, at),
    text + text,
    `${text},`,
    `[${text}`,
    `${text.slice(0, at)}\0${text.slice(at)}`,
    text.replaceAll('"', "'"),
    `\ufeff${text}`,
    `[${text},1]`,
    `[[${text}]]`,
    '1',
    '"x"',
    'null',
    'true',
    '',
    ' ',
    '[null]',
    '[{}]',
    '{}',
    '[]',
    '[{},{}]',
    `${text}x`,
    text.replaceAll(':', '=>'),
  ]);
}

function csv(random, columns) {
  const cell = (text) => (/[",\n]/.test(text) && random.chance(0.9) ? `"${text.replaceAll('"', '""')}"` : text);
  const row = () => columns.map((column) => cell(random.chance(0.1) ? 'NULL' : valueFor(random, column))).join(',');
  const text = [columns.map(({ name }) => cell(name)).join(','), ...random.some(0, 4, row)].join(
    random.pick(['\n', '\n', '\r\n', '\r']),
  );
  return random.wild && random.chance(0.2) ? broken(random, text) : text + random.pick(['', '\n']);
}

function form(random, columns) {
  const pairs = columns.map((column) => [column.name, valueFor(random, column)]);
  if (pairs.length > 0 && random.chance(0.1)) pairs.push(random.pick(pairs));
  const text = pairs.map((pair) => pair.map(encodeForm).join('=')).join('&');
  return random.wild && random.chance(0.1) ? broken(random, text) : text;
}

const encodeForm = (text) => encodeURIComponent(text.toWellFormed()).replace(/%20/g, '+');

function rawBody(random, argument) {
  const type =
    { text: 'text/plain', xml: 'text/xml', bytea: 'application/octet-stream' }[argument?.type] ?? 'application/json';
  const body = type === 'application/json' ? jsonFor(random, argument) : valueFor(random, argument);
  return { type: !random.wild || random.chance(0.9) ? type : 'text/plain', body };
}

function oddBody(random) {
  const types = [
    'application/json',
    'text/plain',
    'text/xml',
    'application/octet-stream',
    'text/csv',
    'multipart/form-data; boundary=x',
    'x',
    '',
  ];
  const bodies = [
    '',
    '{}',
    '[]',
    '\0',
    random.pick(hostile),
    Buffer.from([0xff, 0xfe, 0x00, 0x7b]),
    Buffer.from('{"id":"\xff"}', 'latin1'),
  ];
  return { type: random.pick(types), body: random.pick(bodies) };
}

/** The value of `columns` or `on_conflict`. */
export function columnList(random, relation, least = 0) {
  const name = () =>
    !random.wild || random.chance(0.9) ? pickColumn(random, relation).name : random.pick(['nosuch', '', ...hostile]);
  const write = (text) => (random.chance(0.5) || !/^\w+$/.test(text) ? `"${text.replace(/[\\"]/g, '\\$&')}"` : text);
  return random.some(least, 5, () => write(name())).join(',');
}
