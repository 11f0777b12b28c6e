// Other requests that mean the same: a request in, its spellings and parts out, each with what must be equal. They find what
// no rule about a single answer can: a filter that reads otherwise inside of a tree, a count that is not of these rows.

const single = new Set(['select', 'order', 'limit', 'offset', 'columns', 'on_conflict', 'and', 'or']);
/** `count` alone counts as well: PostgreSQL reads it as a function of the row. */
const aggregate = /\bcount\b|(sum|avg|min|max)\(\)/;
/** A parameter of an embed: it moves that embed to the front of its level, so that with several of them their order matters. */
const reachesEmbed = (key) => key.includes('.');
const boundsEmbed = (key) => /\.(limit|offset)$/.test(key);

/**
 * @param rows the rows of the answer, where it is an array of JSON
 * @returns `{ name, request, same }` each; `same(answer)` says whether the other answer is as it must be
 */
export function otherRequests({ tenant, request }, answer, rows) {
  const at = request.path.indexOf('?');
  const pairs = at < 0 ? undefined : decodedPairs(request.path.slice(at + 1));
  // A plan that was run tells how long that took.
  const timed = answer.headers['content-type']?.includes('vnd.pgrst.plan');
  if (request.method !== 'GET' || pairs === undefined || timed) return [];
  const path = request.path.slice(0, at);
  const others = [];
  const add = (name, otherPairs, same, headers = request.headers) =>
    others.push({ name, request: { ...request, headers, path: write(path, otherPairs) }, same });
  const equal = (other) => other.status === answer.status && other.body.equals(answer.body);

  add('percent-encoded whole', pairs, equal);
  const keys = pairs.map(([key]) => key);
  if (answer.status >= 300 || path.startsWith('/rpc/')) return others;
  if (new Set(keys).size === keys.length && keys.filter(reachesEmbed).length < 2) {
    add('parameters in another order', [...pairs].reverse(), equal);
  }
  const plain = pairs.findIndex(([key, value]) => isPlainFilter(key, value));
  if (plain >= 0 && !keys.includes('and')) {
    const [key, value] = pairs[plain];
    const within = (text) => pairs.map((pair, index) => (index === plain ? text : pair));
    add('a filter within and', within(['and', `(${key}.${value})`]), equal);
    const opposite = value.startsWith('not.') ? value.slice(4) : `not.${value}`;
    if (!keys.includes('not.and')) add('a filter denied twice', within(['not.and', `(${key}.${opposite})`]), equal);
  }
  const bounded = ['limit', 'offset'].some((key) => keys.includes(key)) || request.headers.Range !== undefined;
  const selected = pairs.find(([key]) => key === 'select')?.[1] ?? '';
  // Groups are not counted, nor what an embed's bounds leave out, and these two cut rows off by themselves.
  const counts = !bounded && !keys.some(boundsEmbed) && !aggregate.test(selected);
  if (rows !== undefined && counts && !['maxrows', 'indb'].includes(tenant)) {
    const counted = { ...request.headers, Prefer: 'count=exact' };
    const total = (other) => other.headers['content-range']?.split('/')[1] === String(rows.length);
    add('the count of its rows', [...pairs, ['limit', '1']], total, counted);
  }
  return others;
}

/** Characters of a query that may become three each and still be a URL that a server takes. */
const mostCharacters = 20_000;

/** Undefined where a decoder would have to guess. */
function decodedPairs(query) {
  if (!/^[\x21-\x3a\x3c-\x7e]*$/.test(query) || query.length > mostCharacters) return undefined;
  try {
    return query.split('&').map((pair) => {
      const equals = pair.indexOf('=');
      const parts = equals < 0 ? [pair] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return parts.map((text) => decodeURIComponent(text.replaceAll('+', ' ')));
    });
  } catch {
    return undefined;
  }
}

function write(path, pairs) {
  const encode = (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  return `${path}?${pairs.map((pair) => pair.map(encode).join('=')).join('&')}`;
}

function isPlainFilter(key, value) {
  return (
    /^\w+$/.test(key) && !single.has(key) && /^(not\.)?(eq|neq|gt|gte|lt|lte|isdistinct|is)\.\w+$/.test(value ?? '')
  );
}
