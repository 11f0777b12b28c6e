// Requests that are correct, or nearly, and far too big: long lists, deep nesting, wide tables, heavy bodies.
import { embedsOf, relationNamed } from '../vocabulary.mjs';
import { condition } from './filters.mjs';
import { pickColumn, writeName } from './names.mjs';
import { jsonFor } from './values.mjs';

/** `{ pairs, method, body?, type?, headers? }` for a relation. */
export function giant(random, relation) {
  const size = random.pick([20, 100, 300, 1000, 3000]);
  const column = () => writeName(random, pickColumn(random, relation).name);
  const repeat = (count, make, separator = ',') => Array.from({ length: count }, make).join(separator);
  const get = (...pairs) => ({ method: 'GET', pairs });
  const post = (type, body, ...pairs) => ({ method: 'POST', pairs, type, body });
  const row = (columns) =>
    `{${columns.map(({ name }) => `${JSON.stringify(name)}:${jsonFor(random, undefined)}`).join(',')}}`;
  return random.pick([
    () => get(...Array.from({ length: size }, () => [column(), condition(random, pickColumn(random, relation))])),
    () => get(['select', repeat(size, column)]),
    () => get(['select', repeat(size, () => `a${random.below(5000)}:${column()}`)]),
    () => get(['select', repeat(size, () => `${column()}.max()`)]),
    () => get(['select', deepEmbeds(random, relation, random.pick([3, 6, 10, 40, 200]))]),
    () => get(['select', wideEmbeds(random, relation, random.pick([5, 20, 80, 200]))]),
    () => get(['order', repeat(size, column)]),
    () => get(['or', `(${repeat(size, () => `${column()}.is.null`)})`]),
    () => get(['and', `${repeat(size, () => 'and', '(')}(${column()}.is.null${')'.repeat(size)}`]),
    () => get(['or', `${'('.repeat(size)}${column()}.eq.1${')'.repeat(size)}`]),
    () => get([`${column()}${repeat(size, () => '->a', '')}`, 'eq.1']),
    () => get([column(), `in.(${repeat(size * 3, () => random.below(1e9))})`]),
    () => get([column(), `like(any).{${repeat(size, () => `"%${random.below(99)}%"`)}}`]),
    () => get([column(), `match.${'(a|'.repeat(size)}${')'.repeat(size)}`]),
    () => get([column(), `fts.${repeat(size, () => 'a', ' & ')}`]),
    () => get([column(), `eq.${'9'.repeat(size * 10)}`]),
    () => get([column(), `cs.${'['.repeat(size)}${']'.repeat(size)}`]),
    () => get([`${repeat(size, column, '.')}`, 'eq.1']),
    () => get(['limit', '9'.repeat(size)], ['offset', '9'.repeat(size)]),
    () => ({ ...get(), headers: { Accept: repeat(size, () => `a/b${random.below(99)};q=0.${random.below(9)}`) } }),
    () => ({
      ...get(),
      headers: { Prefer: Array.from({ length: Math.min(size, 300) }, () => `x${random.below(99)}=y, handling=strict`) },
    }),
    () => ({ ...get(), headers: { Cookie: repeat(size, () => `k${random.below(9999)}=v`, '; ') } }),
    () => ({ ...get(), headers: { Authorization: `Bearer ${'e'.repeat(size * 20)}.${'e'.repeat(size)}.x` } }),
    () => post('application/json', `[${repeat(size * 3, () => row(relation.columns.slice(0, 3)))}]`),
    () => post('application/json', `${'['.repeat(size * 30)}${']'.repeat(size * 30)}`),
    () => post('application/json', `${'{"a":'.repeat(size * 30)}1${'}'.repeat(size * 30)}`),
    () => post('application/json', `{${repeat(size, (_, at) => `"c${at}":${at}`)}}`),
    () => post('application/json', JSON.stringify({ [pickColumn(random, relation).name]: 'x'.repeat(size * 300) })),
    () => post('application/json', `[${repeat(size, () => '{}')}]`),
    () => post('text/csv', `${relation.columns.map(({ name }) => name).join()}\n${repeat(size, () => '1,2,3', '\n')}`),
    () => post('text/csv', `${repeat(size, (_, at) => `c${at}`)}\n${'"'.repeat(size)}`),
    () =>
      post(
        'application/x-www-form-urlencoded',
        repeat(size, () => `${random.pick(['id', 'a', 'b'])}=1`, '&'),
      ),
    () => post('application/json', '[{"id":1}]', ['columns', repeat(size, column)]),
    () => post('application/json', '[{"id":1}]', ['on_conflict', repeat(size, column)]),
  ])();
}

function deepEmbeds(random, relation, depth) {
  const known = depth > 0 ? embedsOf(relation) : [];
  if (known.length === 0) return '*';
  const { target, as, hints } = random.pick(known);
  const hint = hints.length > 0 ? `!${writeName(random, hints[0])}` : '';
  const spread = random.chance(0.1) ? '...' : '';
  return `*,${spread}${writeName(random, as ?? target)}${hint}(${deepEmbeds(random, relationNamed(target, relation.schema), depth - 1)})`;
}

function wideEmbeds(random, relation, count) {
  const known = embedsOf(relation);
  if (known.length === 0) return '*';
  return Array.from({ length: count }, (_, at) => {
    const { target, as, hints } = random.pick(known);
    return `e${at}:${writeName(random, as ?? target)}${hints.length > 0 ? `!${writeName(random, hints[0])}` : ''}(*)`;
  }).join(',');
}
