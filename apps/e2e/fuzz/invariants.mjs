// What holds for every answer to every request: an answer in, the list of what is wrong with it out.

/** Codes of PostgREST's catalogue that are a 5xx, with their status. PGRSTX00 is never right. */
const serverCodes = {
  PGRST000: 503,
  PGRST001: 503,
  PGRST002: 503,
  PGRST003: 504,
  PGRST111: 500,
  PGRST112: 500,
  PGRST121: 500,
  PGRST300: 500,
};

/** SQLSTATEs and classes that mean 5xx (docs.postgrest.org, errors). */
const sqlStates = { 21000: 500, '42P17': 500, 53400: 500, '57P01': 503 };
const sqlClasses = {
  '08': 503,
  '09': 500,
  25: 500,
  '2D': 500,
  38: 500,
  39: 500,
  '3B': 500,
  40: 500,
  53: 503,
  54: 500,
  55: 500,
  57: 500,
  58: 500,
  F0: 500,
  HV: 500,
  P0: 500,
  XX: 500,
};

/**
 * What a statement can meet outside of functions: a view that takes no writes, too many columns, one row proposed twice, JSON
 * that is nested too deep.
 */
const usualServerCodes = new Set(['55000', '54011', '21000', '54001']);
/** A word of 2 KB for a tsvector. */
const isUsual = (code, message) =>
  usualServerCodes.has(code) || (code === '54000' && /^(word|string) is too long/.test(message));

/** Texts that only a wrong statement or a wrong packet of ours brings about. */
const ownFaults = [
  /^syntax error at (or near|end)/,
  /^there is no parameter \$/,
  /^could not determine data type of parameter/,
  /^inconsistent types deduced for parameter/,
  /^bind message/,
  /prepared statement/,
  /^cache lookup failed/,
  /^cached plan must not/,
  /missing FROM-clause entry/,
  /^current transaction is aborted/,
  /^invalid message format/,
  /^no pg_hba|^unrecognized/,
  /invalid reference to FROM-clause/,
];

const isJson = (type) =>
  /^application\/(?:[\w.+-]*\+)?json|^application\/vnd\.pgrst\.(?:object|array)/i.test(type ?? '');
const fatal = new TextDecoder('utf-8', { fatal: true });

/** @returns sentences; none when the answer is as it should be */
export function violations({ tenant, request }, { status, headers, body, ms }, { maxMs }) {
  const found = [];
  const say = (condition, text) => condition || found.push(text);
  say(Number.isInteger(status) && status >= 200 && status <= (ownsAnswer(request) ? 999 : 599), `status ${status}`);
  say(ms <= maxMs, `took ${Math.round(ms)} ms`);
  const silent = request.method === 'HEAD' || status === 204 || status === 304;
  if (silent) say(body.length === 0, 'a body where none may be');
  else
    say(
      Number(headers['content-length']) === body.length,
      `content-length ${headers['content-length']} for ${body.length} bytes`,
    );
  say(status !== 503 || headers['retry-after'] !== undefined, '503 without retry-after');
  say(status !== 401 || headers['www-authenticate'] !== undefined, '401 without www-authenticate');
  say(status !== 206 || headers['content-range'] !== undefined, '206 without content-range');
  if (silent || status < 300) {
    if (!silent && body.length > 0 && isJson(headers['content-type'])) say(parse(body).ok, 'a body that is not JSON');
    return found;
  }
  // A function may have chosen status, headers and body itself.
  if (ownsAnswer(request)) return found;
  return [...found, ...errorViolations(tenant, request, status, headers, body)];
}

const ownsAnswer = ({ path }) =>
  /rpc\/|%/i.test(path.split('?')[0]) && /set_resp|raise_code|any_bytes/.test(decoded(path));

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function errorViolations(tenant, request, status, headers, body) {
  const found = [];
  const { ok, value } = parse(body);
  if (!ok || value === null || typeof value !== 'object')
    return [`${status} with a body that is not an error's: ${body.toString('latin1', 0, 120)}`];
  // What is too long, or no HTTP, is refused before anybody knows whose request it is.
  const terse = tenant === 'terse' && !['PERCH101', 'PERCH102', 'PERCH105'].includes(value.code);
  const keys = terse ? 'code,message' : 'code,details,hint,message';
  if (Object.keys(value).sort().join() !== keys) found.push(`error with keys ${Object.keys(value).sort()}`);
  const { code, message } = value;
  if (typeof code !== 'string' || typeof message !== 'string') return [...found, 'error without code or message'];
  // A page beyond the end is recorded as an answer with counts and of the type that was asked for, not as an error.
  const beyond = code === 'PGRST103' && headers['content-range'] !== undefined;
  if (!beyond && headers['content-type'] !== 'application/json; charset=utf-8')
    found.push(`error as ${headers['content-type']}`);
  if (!beyond && !headers['proxy-status']?.includes(`error=${code}`))
    found.push(`proxy-status ${headers['proxy-status']} for ${code}`);
  if (status >= 500 && expectedServerStatus(code) !== status) found.push(`${status} for ${code}: ${message}`);
  const raised = /^\/(rpc|%72%70%63)\//.test(request.path);
  if (status >= 500 && /^[0-9A-Z]{5}$/.test(code) && !raised && !isUsual(code, message)) {
    found.push(`${status} ${code} outside of a function: ${message}`);
  }
  if (/^(undefined|\[object|NaN$)/.test(message)) found.push(`message ${message}`);
  const spliced = /::|%3a%3a|%3a:|:%3a/i.test(request.path);
  if (/^[0-9A-Z]{5}$/.test(code) && !spliced && ownFaults.some((fault) => fault.test(message)))
    found.push(`${code}: ${message}`);
  return found;
}

function expectedServerStatus(code) {
  return (
    serverCodes[code] ?? (/^[0-9A-Z]{5}$/.test(code) ? (sqlStates[code] ?? sqlClasses[code.slice(0, 2)]) : undefined)
  );
}

function parse(bytes) {
  try {
    return { ok: true, value: JSON.parse(fatal.decode(bytes)) };
  } catch {
    return { ok: false };
  }
}

/** What a report counts answers by: status, and the code of an error. */
export function kindOf({ status, body }) {
  if (status < 300) return String(status);
  const code = parse(body).value?.code;
  return code === undefined ? String(status) : `${status} ${code}`;
}
