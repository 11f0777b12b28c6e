// Header fields: preferences, media types, profiles, ranges, tokens and what nobody asked for.
import { createHmac } from 'node:crypto';
import { hostile } from './values.mjs';

const secret = 'lantern-tide-over-the-long-shore-1921';
const roles = [
  'anonymous',
  'authenticated',
  'world_editor',
  'world_curator',
  'World Guest',
  'world_ghost',
  'postgres',
  'none',
  'nosuch',
  '',
];
const mediaTypes = [
  'application/json',
  'text/csv',
  'application/vnd.pgrst.object+json',
  'application/vnd.pgrst.object',
  'application/vnd.pgrst.array+json',
  'application/vnd.pgrst.array+json;nulls=stripped',
  'application/vnd.pgrst.object+json;nulls=stripped',
  'application/geo+json',
  'application/openapi+json',
  'application/vnd.pgrst.plan',
  'application/vnd.pgrst.plan+json',
  'application/vnd.pgrst.plan+text; for="text/csv"; options=analyze|verbose|settings|buffers|wal',
  'application/octet-stream',
  'text/plain',
  'text/xml',
  'text/html',
  'image/x-scan',
  'text/vnd.cartulary.list',
  'application/vnd.cartulary.tiles',
  '*/*',
  'text/*',
  'nosuch/type',
];
const preferences = [
  'return=representation',
  'return=representation',
  'return=minimal',
  'return=headers-only',
  'count=exact',
  'count=planned',
  'count=estimated',
  'resolution=merge-duplicates',
  'resolution=ignore-duplicates',
  'missing=default',
  'missing=null',
  'handling=strict',
  'handling=lenient',
  'tx=rollback',
  'max-affected=1',
  'max-affected=1000',
  'max-affected=-1',
  'max-affected=9223372036854775808',
  'max-affected=x',
  'timezone=Europe/Berlin',
  'timezone=America/Lima',
  'timezone=05:30',
  'timezone=nowhere',
  'timezone=',
  'return=all',
  'nosuch',
  '',
  'count=exact;x=1',
];
const ranges = [
  '0-0',
  '0-9',
  '2-4',
  '5-2',
  '3-',
  '-5',
  '0-9223372036854775807',
  '99999999999999999999-',
  'items=0-1',
  'x-y',
  '',
  '0-0,2-3',
];

function base64url(value) {
  return Buffer.from(value).toString('base64url');
}

function signed(header, claims) {
  const text = `${base64url(JSON.stringify(header))}.${base64url(typeof claims === 'string' ? claims : JSON.stringify(claims))}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

function token(random) {
  const role =
    !random.wild || random.chance(0.6)
      ? random.pick(roles.slice(0, 4))
      : random.pick([...roles, random.pick(hostile), 5, null]);
  const claims = { role, sub: random.pick(['ann', 'bob', '', 'ü']) };
  if (!random.wild) return signed({ alg: 'HS256', typ: 'JWT' }, claims);
  if (random.chance(0.15)) claims.exp = random.pick([4102444800, 1, 'x', 1e300, null, -1]);
  if (random.chance(0.1)) claims.aud = random.pick(['https://cartulary.example.org', 'other', [], ['other'], 7]);
  if (random.chance(0.05)) claims[random.pick(['nbf', 'iat'])] = random.pick([0, 4102444800, 'x', {}]);
  const header = { alg: random.chance(0.97) ? 'HS256' : random.pick(['none', 'RS256', 'HS512', 5]), typ: 'JWT' };
  if (random.chance(0.02))
    header[random.pick(['kid', 'crit', 'jku', 'b64'])] = random.pick(['x', ['exp'], '../../etc', false]);
  const good = signed(header, random.chance(0.97) ? claims : random.pick(['', 'null', '[]', '{', '"x"']));
  return random.weighted([
    [94, good],
    [2, good.slice(0, -3)],
    [1, good.split('.').slice(0, 2).join('.')],
    [1, `${good}.x`],
    [2, random.pick(hostile.filter((text) => /^[\x21-\x7e]+$/.test(text)))],
  ]);
}

/** A header value of a client that has lost its mind: any bytes but those that end the line. */
function oddValue(random) {
  return random
    .pick([...hostile, 'é', 'a'.repeat(6000), ',,,', ';q=', 'q=0', '*/*;q=9', '"', 'application/json;'.repeat(40)])
    .replace(/[\0\r\n]/g, '');
}

export function accept(random) {
  const one = () =>
    random.pick(mediaTypes) +
    random.weighted([
      [random.wild ? 80 : 800, ''],
      [10, ';q=0.5'],
      [4, ';q=0'],
      [3, '; charset=utf-8'],
      [1, ';q=x'],
    ]);
  return random.some(1, 4, one).join(', ');
}

/** `{ Name: value }` for one request; a list as value is sent as several fields. */
export function headers(random, { method, bodyType, schemas }) {
  const fields = {};
  const reads = method === 'GET' || method === 'HEAD';
  if (random.chance(0.3)) fields.Accept = random.wild ? accept(random) : random.pick(mediaTypes.slice(0, 7));
  if (random.chance(reads ? 0.35 : 0.75)) {
    const items = random.some(1, 4, () => random.pick(random.wild ? preferences : preferences.slice(0, 14)));
    fields.Prefer = random.chance(0.1) ? items : items.join(random.pick([',', ', ', ' ,']));
  }
  if (random.chance(reads ? 0.12 : 0.03)) fields.Range = random.pick(ranges);
  if (random.chance(0.03)) fields['Range-Unit'] = random.pick(['items', 'bytes']);
  if (schemas.length > 1 ? random.chance(0.6) : random.chance(0.02)) {
    const profile =
      !random.wild || random.chance(0.9)
        ? random.pick(schemas)
        : random.pick(['vault', 'pg_catalog', '', ' atlas', 'ATLAS', '"atlas"']);
    fields[(!random.wild || random.chance(0.9)) === reads ? 'Accept-Profile' : 'Content-Profile'] = profile;
  }
  if (random.chance(0.22))
    fields.Authorization = `${random.weighted([
      [92, 'Bearer'],
      [4, 'bearer'],
      [random.wild ? 2 : 0, 'Basic'],
      [random.wild ? 2 : 0, ''],
    ])} ${token(random)}`;
  if (bodyType !== undefined && (!random.wild || random.chance(0.95))) fields['Content-Type'] = bodyType;
  if (!random.wild) return fields;
  if (random.chance(0.05)) fields.Origin = random.pick(['https://one.example.org', 'https://evil.example', 'null']);
  if (random.chance(0.04)) fields.Cookie = random.pick(['a=1; b=2', 'a="x y"; a=2', '=;;=', 'ü=1', oddValue(random)]);
  if (random.chance(0.03))
    fields[random.pick(['X-Request-Id', 'X-Forwarded-For', 'X-Odd', 'If-Match', 'X-HTTP-Method-Override'])] =
      oddValue(random);
  if (random.chance(0.03))
    fields[random.pick(['Accept', 'Prefer', 'Range', 'Content-Type', 'Accept-Profile', 'Content-Profile'])] =
      oddValue(random);
  return fields;
}
