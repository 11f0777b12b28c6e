// The `select` parameter: columns, casts, JSON paths, aggregates, embeds and spreads, nested; and which embeds it made, so
// that filters, orders and pages can be put on them.
import { embedsOf, relationNamed } from '../vocabulary.mjs';
import { alias, cast, field, writeName } from './names.mjs';
import { hostile } from './values.mjs';

const aggregates = ['sum', 'avg', 'count', 'max', 'min'];

/**
 * @returns `{ text, embeds }`, embeds being `{ path, relation }` for every one in the text
 * @param depth how many levels of embeds may still open
 */
export function select(random, relation, depth = 3, path = []) {
  const embeds = [];
  const item = () =>
    random.weighted([
      [45, () => columnItem(random, relation)],
      [8, () => '*'],
      [4, () => aggregateItem(random, relation)],
      [
        depth > 0 && (random.wild || embedsOf(relation).length > 0) ? 22 : 0,
        () => embedItem(random, relation, depth, path, embeds),
      ],
      [random.wild ? 2 : 0, () => random.pick(['', ' ', 'count', '...', '*:x', 'id:', '()', random.pick(hostile)])],
    ])();
  const items = random.some(random.chance(0.03) ? 0 : 1, 6, item);
  return { text: items.join(random.chance(0.05) ? ' , ' : ','), embeds };
}

function columnItem(random, relation) {
  const name = random.chance(0.15) ? alias(random) : '';
  return name + field(random, relation).text + (random.chance(0.12) ? cast(random) : '');
}

function aggregateItem(random, relation) {
  const name = random.chance(0.3) ? alias(random) : '';
  if (!random.wild) return `${name}${random.chance(0.4) ? '' : `${field(random, relation).text}.`}count()`;
  const after = random.chance(0.2) ? cast(random) : '';
  if (random.chance(0.3)) return `${name}count()${after}`;
  const before = random.chance(0.2) ? cast(random) : '';
  const call =
    !random.wild || random.chance(0.9)
      ? `${random.pick(aggregates)}()`
      : random.pick(['sum', 'stddev()', 'sum(x)', 'sum(']);
  return `${name}${field(random, relation).text}${before}.${call}${after}`;
}

function embedItem(random, relation, depth, path, embeds) {
  const known = embedsOf(relation);
  const choice =
    known.length > 0 && (!random.wild || random.chance(0.85))
      ? random.pick(known)
      : {
          target: random.pick(['makers', 'maps', 'sheets', 'nosuch', 'vault.gold', 'gold', relation.name]),
          hints: ['nohint'],
        };
  const target = relationNamed(choice.target, relation.schema);
  const name =
    choice.as ??
    random.weighted([
      [90, choice.target],
      [random.wild && choice.hints.length > 0 ? 10 : 0, choice.hints[0]],
    ]);
  const spread = random.chance(0.25);
  const label = !spread && random.chance(0.25) ? alias(random) : '';
  const hint =
    choice.hints.length > 0 && random.chance(random.wild ? 0.35 : 0.7)
      ? `!${writeName(random, random.wild ? random.pick(choice.hints) : choice.hints[0])}`
      : '';
  const join = random.weighted([
    [75, ''],
    [18, '!inner'],
    [5, '!left'],
    [random.wild ? 2 : 0, '!outer'],
    [random.wild ? 2 : 0, '!inner!left'],
  ]);
  const order = random.chance(0.9) ? hint + join : join + hint;
  const inner = select(random, target, depth - 1, []);
  const own = label === '' ? name : label.slice(0, -1);
  const at = [...path, random.chance(0.9) ? own : name];
  embeds.push({ path: at, relation: target, spread });
  for (const embed of inner.embeds) embeds.push({ ...embed, path: [...at, ...embed.path] });
  const body = random.chance(0.08) ? '' : inner.text;
  return `${label}${spread ? '...' : ''}${writeName(random, name)}${order}(${body})`;
}
