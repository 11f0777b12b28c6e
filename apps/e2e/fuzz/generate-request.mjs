// (seed, index) in, one request out: who is asked, what, and how it is written down.
import { argumentsBody, columnList, rowsBody } from './grammar/bodies.mjs';
import { bound, condition, embedFilter, filter, logic, order, prefixed } from './grammar/filters.mjs';
import { giant } from './grammar/giants.mjs';
import { headers } from './grammar/headers.mjs';
import { select } from './grammar/select.mjs';
import { hostile, valueFor } from './grammar/values.mjs';
import { mutateTarget, mutateText } from './mutate.mjs';
import { createRandom } from './random.mjs';
import { functionsOf, relationNamed, relationsOf } from './vocabulary.mjs';

/** The tenants of the corpus whose writes are undone; weights. `commit` and `commitover` would keep them. */
const tenants = [
  [60, 'base'],
  [4, 'maxrows'],
  [4, 'plan'],
  [4, 'legacyoff'],
  [3, 'noagg'],
  [6, 'schemas'],
  [3, 'reading'],
  [2, 'nopath'],
  [2, 'rollback'],
  [2, 'prereq'],
  [2, 'openapi'],
  [1, 'nodocs'],
  [1, 'rootspec'],
  [1, 'terse'],
  [1, 'timing'],
  [1, 'trace'],
  [1, 'aud'],
  [1, 'appset'],
  [1, 'cors'],
  [1, 'noanon'],
  [1, 'nosecret'],
  [1, 'indb'],
];
const schemasOf = { schemas: ['atlas', 'reading', 'Depot Nord'], reading: ['reading', 'atlas'] };

/** `{ index, tenant, request }`; request is of the corpus' form (conformance/lib/http.mjs). */
export function generateRequest(seed, index) {
  const random = createRandom(seed, index);
  const tenant = random.weighted(tenants);
  const schemas = schemasOf[tenant] ?? ['atlas'];
  const schema = random.pick(schemas);
  const draft = random.weighted([
    [48, readDraft],
    [24, writeDraft],
    [22, callDraft],
    [4, oddDraft],
    [1.2, giantDraft],
  ])(random, schema);
  const fields = { ...headers(random, { method: draft.method, bodyType: draft.type, schemas }), ...draft.headers };
  if (schemas.length > 1 && !(random.wild && random.chance(0.2))) {
    fields[['GET', 'HEAD'].includes(draft.method) ? 'Accept-Profile' : 'Content-Profile'] = schema;
  }
  if (tenant === 'rollback' && random.chance(0.2)) fields.Prefer = 'tx=commit';
  return { index, tenant, request: write(random, draft, fields, tenant) };
}

function readDraft(random, schema) {
  const relation = random.pick(relationsOf(schema));
  const method = random.weighted([
    [88, 'GET'],
    [9, 'HEAD'],
    [3, 'OPTIONS'],
  ]);
  return { method, path: [relation.name], pairs: readPairs(random, relation) };
}

/** select, filters, logic, orders and pages, on the relation and on what it embeds. */
function readPairs(random, relation) {
  const pairs = [];
  const chosen = random.chance(0.75) ? select(random, relation) : { text: undefined, embeds: [] };
  if (chosen.text !== undefined) pairs.push(['select', chosen.text]);
  const places = [{ path: [], relation }, { path: [], relation }, ...chosen.embeds];
  for (let left = random.pick([0, 0, 1, 1, 2, 3, 5]); left > 0; left -= 1) {
    const { path, relation: at } = random.pick(places);
    const make = random.weighted([
      [50, () => filter(random, at, path)],
      [15, () => logic(random, at, path, path.length === 0 ? chosen.embeds : [])],
      [chosen.embeds.length > 0 ? 10 : 0, () => embedFilter(random, random.pick(chosen.embeds).path)],
      [20, () => [prefixed(random, path, 'order'), order(random, at, chosen.embeds)]],
      [14, () => [prefixed(random, path, random.pick(['limit', 'offset'])), bound(random)]],
      [random.wild ? 2 : 0, () => [random.pick(hostile), random.pick(hostile)]],
    ]);
    pairs.push(make());
  }
  if (random.chance(0.05))
    pairs.push(random.pick([...pairs, ['select', '*'], ['columns', 'id'], ['on_conflict', 'id']]));
  return random.chance(0.1) ? random.shuffle(pairs) : pairs;
}

function writeDraft(random, schema) {
  const relation = random.pick(relationsOf(schema));
  const method = random.weighted([
    [45, 'POST'],
    [25, 'PATCH'],
    [15, 'DELETE'],
    [15, 'PUT'],
  ]);
  const pairs = random.chance(method === 'PUT' ? 0.1 : 0.4) ? readPairs(random, relation) : [];
  const keyFilter = (name) => [
    name,
    `eq.${valueFor(
      random,
      relation.columns.find((column) => column.name === name),
    )}`,
  ];
  if (method === 'PUT' || random.chance(0.3)) pairs.push(...relation.key.map(keyFilter));
  if (random.chance(0.15)) pairs.push(['columns', columnList(random, relation)]);
  if (random.chance(method === 'POST' ? 0.2 : 0.03)) pairs.push(['on_conflict', columnList(random, relation)]);
  const { type, body } = method === 'DELETE' && random.chance(0.9) ? {} : rowsBody(random, relation);
  return { method, path: [relation.name], pairs, type, body };
}

function callDraft(random, schema) {
  const routine = random.pick(functionsOf(schema));
  const method = random.weighted([
    [48, 'GET'],
    [45, 'POST'],
    [5, 'HEAD'],
    [1, 'OPTIONS'],
    [1, 'PUT'],
  ]);
  const returned = relationNamed(routine.returns.split('.').at(-1));
  const givesRows = routine.returns.endsWith(`.${returned.name}`);
  const pairs = random.chance(givesRows ? 0.7 : random.wild ? 0.25 : 0) ? readPairs(random, returned) : [];
  const path = [
    'rpc',
    !random.wild || random.chance(0.95)
      ? routine.name
      : random.pick(['nosuch', 'greeet', 'a_procedure', 'trigger_fn', ...hostile]),
  ];
  if (method !== 'POST') {
    for (const argument of routine.arguments) {
      if (random.wild && random.chance(0.1)) continue;
      pairs.push([
        argument.name,
        !random.wild || random.chance(0.9) ? valueFor(random, argument) : condition(random, argument),
      ]);
      if (random.chance(argument.mode === 'v' ? 0.5 : random.wild ? 0.04 : 0)) pairs.push(pairs.at(-1));
    }
    return { method, path, pairs };
  }
  return { method, path, pairs, ...argumentsBody(random, routine) };
}

/** The root, paths of no meaning, methods of no meaning. */
function oddDraft(random, schema) {
  const relation = random.pick(relationsOf(schema));
  const method = random.pick(['GET', 'GET', 'HEAD', 'OPTIONS', 'POST', 'TRACE', 'PROPFIND', 'LOCK', 'DELETE']);
  const path = random.pick([
    [],
    [],
    [''],
    ['openapi.json'],
    ['rpc'],
    ['rpc', ''],
    ['rpc', 'a', 'b'],
    [relation.name, '1'],
    ['..'],
    ['.'],
    [random.pick(hostile)],
    [relation.name, ''],
  ]);
  return { method, path, pairs: random.chance(0.3) ? readPairs(random, relation) : [] };
}

function giantDraft(random, schema) {
  const relation = random.pick(relationsOf(schema));
  return { path: [relation.name], ...giant(random, relation) };
}

/** Everything percent-encoded, only what must be, or far too much. */
const encodings = [
  [60, encodeURIComponent],
  [
    25,
    (text) =>
      encodeURI(text)
        .replace(/[&#?+]/g, encodeURIComponent)
        .replace(/%5B|%5D|%5E|%7C|%60|%22/g, decodeURIComponent),
  ],
  [10, (text) => encodeURIComponent(text).replace(/%20/g, '+')],
  [5, (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')],
];

function write(random, draft, fields, tenant) {
  const encoder = random.weighted(encodings);
  const encode = (text) => encoder(text.toWellFormed());
  // A plus is a space in a query only.
  const encodeSegment = (text) => encode(text).replace(/\+/g, '%20').replace(/\//g, '%2F');
  const path = `/${draft.path.map(encodeSegment).join('/')}`;
  const query = draft.pairs.map(([key, value]) => `${encode(key)}=${encode(value)}`).join('&');
  let target = query === '' ? path : `${path}?${query}`;
  if (random.wild && random.chance(0.3)) target = mutateTarget(random, target);
  let { body } = draft;
  if (typeof body === 'string' && random.wild && random.chance(0.1)) body = mutateText(random, body);
  return {
    method: draft.method,
    path: target,
    headers: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, headerValue(value, tenant)])),
    ...(body === undefined
      ? {}
      : typeof body === 'string'
        ? { body: body.toWellFormed() }
        : { bodyBase64: body.toString('base64') }),
  };
}

/** UTF-8 as header bytes; and never a preference that would keep what a request writes. */
function headerValue(value, tenant) {
  if (Array.isArray(value)) return value.map((one) => headerValue(one, tenant));
  const kept = tenant === 'rollback' ? String(value) : String(value).replaceAll('commit', 'rollback');
  return Buffer.from(kept.toWellFormed(), 'utf8')
    .toString('latin1')
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, '');
}
