// The names of the corpus' world (vocabulary.jsonl) as the grammar wants them: relations by schema, what can be embedded in
// each, functions with their arguments.
import fs from 'node:fs';

const lines = fs
  .readFileSync(new URL('vocabulary.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

export const relations = lines.filter(({ kind }) => kind === 'relation');
export const foreignKeys = lines.filter(({ kind }) => kind === 'foreign-key');

/** Two functions of the world give as many rows as they are asked for: two thousand million prove nothing. */
const rowCounts = new Set(['give_setof_int', 'table_of']);

/** What makes the functions do something that raise errors, set headers or look settings up. */
const argumentValues = {
  raise_code: {
    code: [
      ...[
        'PGRST',
        'PT404',
        'PT499',
        'PT999',
        'PT100',
        'PT099',
        'PT5xx',
        'PTabc',
        'P0001',
        '42501',
        '42883',
        '42P01',
        '22023',
        '22P02',
        '23505',
      ],
      ...[
        '0A000',
        '08006',
        '08P01',
        '21000',
        '25006',
        '25P02',
        '26000',
        '28000',
        '28P01',
        '40001',
        '40P01',
        '53300',
        '53400',
        '57014',
        '57P01',
      ],
      ...[
        '57P02',
        '57P03',
        '58030',
        'XX000',
        'XX001',
        'F0000',
        'HV000',
        '3D000',
        '3F000',
        'ZZZZZ',
        'division_by_zero',
        'nosuch',
      ],
    ],
    msg: [
      '{"code":"123","message":"ABC","details":"DEF","hint":"XYZ"}',
      '{"code":"123","message":"ABC"}',
      '{"code":1,"message":2}',
      'PGRST116:1',
      'role "x" does not exist',
      'UPDATE requires a WHERE clause',
      '22P02',
      'cached plan must not change result type',
      'a\nb',
    ],
    det: [
      '{"status":332,"headers":{"X-Header":"str"}}',
      '{"status":404,"headers":{"X-A":"b\\nc"},"status_text":"Odd\\r\\nX: y"}',
      '{"status":99,"headers":{}}',
      '{"status":204,"headers":{"Content-Length":"5","Transfer-Encoding":"chunked"}}',
      '{"status":1000,"headers":{}}',
      '{"status":"404"}',
      '{}',
    ],
  },
  any: {
    h: [
      '[{"X-A":"b"}]',
      '[{"X-A":"b"},{"X-A":"c"}]',
      '[{"Content-Type":"text/x; a=1"}]',
      '[{"Content-Length":"3"},{"Transfer-Encoding":"chunked"}]',
      '[{"X A":"b"}]',
      '[{"X-A":"b\\r\\nX-B: c"}]',
      '[{"X-A":"\\u0000é地"}]',
      '[{"":"b"}]',
      '[{"a":"b","c":"d"}]',
      '[{"Connection":"close"},{"Location":"/x"},{"Set-Cookie":"a=1"}]',
      '[]',
      '{}',
      'null',
    ],
    s: [
      '200',
      '201',
      '204',
      '205',
      '304',
      '404',
      '418',
      '599',
      '600',
      '999',
      '1000',
      '100',
      '101',
      '099',
      '0',
      '-1',
      '2e2',
      '201x',
      ' 203 ',
      '',
    ],
    name: [
      'request.headers',
      'request.jwt.claims',
      'role',
      'search_path',
      'request.path',
      'x-odd',
      'cookie',
      'sub',
      'no.such',
      'a b',
      '',
    ],
  },
};

/** Functions that can be called with arguments of their own names; a row of a table is an argument nobody can send. */
export const functions = lines
  .filter(({ kind, row_of }) => kind === 'function' && row_of === null)
  .map((line) => ({ ...line, arguments: argumentsOf(line) }));

/** Functions of one row: fields and embeds that are computed. */
const ofRows = lines.filter(({ kind, row_of }) => kind === 'function' && row_of !== null);

function argumentsOf({ name: routine, names, types, modes }) {
  const typeOf = (type) => (rowCounts.has(routine) ? 'row count' : type);
  const valuesOf = (name) => argumentValues[routine]?.[name] ?? argumentValues.any[name] ?? [];
  return types
    .map((type, at) => {
      const name = names[at] ?? '';
      return { name, type: typeOf(type), values: valuesOf(name), mode: modes[at] ?? 'i' };
    })
    .filter(({ mode }) => 'ibv'.includes(mode));
}

const byName = new Map(relations.map((relation) => [`${relation.schema}.${relation.name}`, relation]));

/** Of a schema first; a name of no schema gives the first relation. */
export function relationNamed(name, schema = 'atlas') {
  return byName.get(`${schema}.${name}`) ?? relations.find((relation) => relation.name === name) ?? relations[0];
}

export const relationsOf = (schema) => relations.filter((relation) => relation.schema === schema);
export const functionsOf = (schema) => functions.filter((routine) => routine.schema === schema);

/** Computed columns of a relation, as names. */
export function computedFields(relation) {
  return ofRows.filter(({ row_of, set }) => row_of === relation.name && !set).map(({ name }) => name);
}

/** What a relation can embed: `{ target, relation, hint }`, hints naming constraint, column or junction. */
export function embedsOf(relation) {
  const found = [];
  for (const key of foreignKeys) {
    const hints = [key.name, ...key.columns];
    if (key.from === relation.name) found.push({ target: key.to, hints });
    if (key.to === relation.name) found.push({ target: key.from, hints });
    if (key.to !== relation.name) continue;
    for (const other of foreignKeys) {
      const junction = other.from === key.from && other.name !== key.name;
      if (junction) found.push({ target: other.to, hints: [key.from] });
    }
  }
  for (const { name, row_of, set, returns } of ofRows) {
    if (row_of === relation.name && set) found.push({ target: returns.split('.').at(-1), as: name, hints: [] });
  }
  return found;
}
