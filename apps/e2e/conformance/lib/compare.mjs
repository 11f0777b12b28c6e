// Compares a recorded response with a received one. Returns a list of differences; empty means equal.
// The rules are described in README.md ("How answers are compared").
import * as J from './json.mjs';

export const DROPPED = new Set([
  'date',
  'server',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'proxy-connection',
  'upgrade',
  'trailer',
]);
// Headers that must be absent when the recording lacks them. Others may be added freely.
export const GUARDED = [
  'content-range',
  'content-location',
  'location',
  'preference-applied',
  'content-profile',
  'warning',
  'allow',
  'www-authenticate',
  'proxy-status',
  'retry-after',
  'range-unit',
  'server-timing',
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-allow-credentials',
  'access-control-expose-headers',
  'access-control-max-age',
  'content-type',
  'vary',
];

const bodyOf = (r) =>
  r.bodyBase64 !== undefined ? Buffer.from(r.bodyBase64, 'base64') : Buffer.from(r.body ?? '', 'utf8');
const isJsonType = (ct) =>
  /^application\/(?:[\w.+-]*\+)?json|^application\/vnd\.pgrst\.(?:object|array)/i.test(String(ct ?? ''));
const one = (v) => (Array.isArray(v) ? v.join(', ') : v);
const show = (b) => {
  const s = b.toString('utf8');
  return s.length > 600 ? s.slice(0, 600) + `… (${b.length} bytes)` : s;
};
const csvSet = (v) =>
  String(one(v))
    .split(',')
    .map((s) => s.trim().toLowerCase())
    .filter(Boolean)
    .sort()
    .join(',');
const squash = (v) =>
  String(one(v))
    .replace(/\s*([;,=])\s*/g, '$1')
    .trim();
// lists whose order means nothing
const AS_SET = new Set([
  'access-control-expose-headers',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'vary',
  'allow',
]);

export function compareStep(step, actual, { method } = {}) {
  const want = step.response;
  const rule = step.compare ?? {};
  const diffs = [];
  if (rule.skip) return diffs;
  const okStatus = [want.status, ...(rule.statusAlso ?? [])];
  if (!okStatus.includes(actual.status)) diffs.push({ what: 'status', want: want.status, got: actual.status });
  const ignored = new Set((rule.ignoreHeaders ?? []).map((s) => s.toLowerCase()));
  const body = rule.body ?? (isJsonType(one(want.headers?.['content-type'])) ? 'json' : 'bytes');
  const wb = bodyOf(want);
  const ab = actual.body;

  for (const [k, wv] of Object.entries(want.headers ?? {})) {
    if (ignored.has(k)) continue;
    const av = actual.headers[k];
    if (av === undefined) {
      diffs.push({ what: 'header ' + k, want: wv, got: '(absent)' });
      continue;
    }
    if ((rule.presentHeaders ?? []).includes(k)) continue; // being there is enough
    if (k === 'content-length') {
      // the length must be true; it must be the recorded one only where bytes are compared
      if (
        (method ?? step.request.method) !== 'HEAD' &&
        ![204, 304].includes(actual.status) &&
        Number(one(av)) !== ab.length
      )
        diffs.push({ what: 'header content-length', want: `${ab.length} (length of the body received)`, got: av });
      continue;
    }
    if (k === 'server-timing') {
      const names = (v) =>
        String(one(v))
          .split(',')
          .map((s) => s.trim().split(';')[0])
          .join(',');
      if (names(wv) !== names(av))
        diffs.push({ what: 'header server-timing (names)', want: names(wv), got: names(av) });
      continue;
    }
    if (k === 'proxy-status') {
      // only the error parameter belongs to the dialect; the name in front is the product's own
      const err = (v) => /error=([^;,]*)/.exec(String(one(v)))?.[1]?.trim();
      if (err(wv) !== err(av)) diffs.push({ what: 'header proxy-status (error=)', want: err(wv), got: av });
      continue;
    }
    if (k === 'warning') {
      const text = (v) => /"([\s\S]*)"/.exec(String(one(v)))?.[1];
      if (text(wv) !== text(av)) diffs.push({ what: 'header warning (text)', want: wv, got: av });
      continue;
    }
    if (AS_SET.has(k)) {
      if (csvSet(wv) !== csvSet(av)) diffs.push({ what: 'header ' + k, want: wv, got: av });
      continue;
    }
    if (k === 'content-type') {
      if (squash(wv).toLowerCase() !== squash(av).toLowerCase()) diffs.push({ what: 'header ' + k, want: wv, got: av });
      continue;
    }
    if (k === 'set-cookie') {
      if (JSON.stringify([].concat(wv)) !== JSON.stringify([].concat(av)))
        diffs.push({ what: 'header ' + k, want: wv, got: av });
      continue;
    }
    if (one(wv) !== one(av)) diffs.push({ what: 'header ' + k, want: wv, got: av });
  }
  for (const k of GUARDED) {
    if (ignored.has(k) || want.headers?.[k] !== undefined || actual.headers[k] === undefined) continue;
    diffs.push({ what: 'header ' + k, want: '(absent)', got: actual.headers[k] });
  }

  if ((method ?? step.request.method) === 'HEAD') return diffs;
  if (body === 'none') return diffs;
  if (body === 'presence') {
    if (wb.length > 0 !== ab.length > 0)
      diffs.push({ what: 'body', want: wb.length ? 'some body' : 'no body', got: show(ab) || 'no body' });
    return diffs;
  }
  if (body === 'bytes') {
    if (!wb.equals(ab)) diffs.push({ what: 'body', want: show(wb), got: show(ab) });
    return diffs;
  }
  let w;
  let a;
  try {
    w = J.parse(wb.toString('utf8'));
  } catch {
    // the recording itself is not JSON (an empty body, say): compare bytes
    if (!wb.equals(ab)) diffs.push({ what: 'body', want: show(wb), got: show(ab) });
    return diffs;
  }
  try {
    a = J.parse(ab.toString('utf8'));
  } catch (e) {
    diffs.push({ what: 'body', want: show(wb), got: `not JSON (${e.message}): ${show(ab)}` });
    return diffs;
  }
  if (body === 'code') {
    const wc = J.get(w, 'code')?.v;
    const ac = J.get(a, 'code')?.v;
    if (wc !== ac) diffs.push({ what: 'error code', want: wc, got: show(ab) });
    return diffs;
  }
  for (const k of rule.nullness ?? []) {
    const wn = J.get(w, k)?.v === 'null' && J.get(w, k)?.t === 'l';
    const an = J.get(a, k) === undefined ? undefined : J.get(a, k).t === 'l' && J.get(a, k).v === 'null';
    if (wn !== an)
      diffs.push({
        what: `body.${k}`,
        want: wn ? 'null' : 'not null',
        got: an === undefined ? '(absent)' : an ? 'null' : 'not null',
      });
  }
  for (const k of rule.sets ?? []) {
    const wv = J.get(w, k);
    const av = J.get(a, k);
    const norm = (n) =>
      n === undefined
        ? '(absent)'
        : n.t === 'a'
          ? J.canon(n, true)
          : n.t === 's'
            ? n.v
                .split(/[\s,.]+/)
                .filter(Boolean)
                .sort()
                .join(' ')
            : J.canon(n);
    if (norm(wv) !== norm(av)) diffs.push({ what: `body.${k} (as a set)`, want: norm(wv), got: norm(av) });
  }
  const skip = [...(rule.ignore ?? []), ...(rule.nullness ?? []), ...(rule.sets ?? [])];
  const cw = J.canon(J.without(w, skip), rule.unordered);
  const ca = J.canon(J.without(a, skip), rule.unordered);
  if (cw !== ca) {
    let p = 0;
    while (p < cw.length && cw[p] === ca[p]) p++;
    const cut = (s) => (p > 60 ? '…' : '') + s.slice(Math.max(0, p - 60), p + 240) + (s.length > p + 240 ? '…' : '');
    diffs.push({ what: 'body (JSON)', want: cut(cw), got: cut(ca) });
  }
  return diffs;
}
