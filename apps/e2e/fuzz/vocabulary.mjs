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

/** Functions that can be called with arguments of their own names; a row of a table is an argument nobody can send. */
export const functions = lines
  .filter(({ kind, row_of }) => kind === 'function' && row_of === null)
  .map((line) => ({ ...line, arguments: argumentsOf(line) }));

/** Functions of one row: fields and embeds that are computed. */
const ofRows = lines.filter(({ kind, row_of }) => kind === 'function' && row_of !== null);

function argumentsOf({ names, types, modes }) {
  return types
    .map((type, at) => ({ name: names[at] ?? '', type, mode: modes[at] ?? 'i' }))
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
