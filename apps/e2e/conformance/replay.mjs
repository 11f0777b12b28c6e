#!/usr/bin/env node
// Replays the recorded cases against a server and compares the answers. See README.md.
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { makeAgent, send } from './lib/http.mjs';
import { compareStep } from './lib/compare.mjs';
const here = path.dirname(fileURLToPath(import.meta.url));
const HELP = `node replay.mjs --base-url http://127.0.0.1:8080 [options]
  --base-url URL                where the server listens (http)
  --tenants-host-suffix SUFFIX  the Host header is <tenant><suffix>; default .conformance.localhost
  --tenant-ports FILE           JSON {tenant: port}; used instead of the port of --base-url (one server per tenant)
  --cases DIR                   folder of case files; default: cases beside this file
  --feature a,b                 only these features
  --tenant a,b                  only these tenants
  --filter REGEX                only cases whose id, title or request path matches
  --jobs N                      requests at a time (default 4); writing cases take turns, cases marked serial run alone at the end
  --json OUT                    write every result to OUT
  --max-diffs N                 print at most N failing cases in full (default 40)
  --timeout MS                  per request (default 15000)
  --reload-cmd CMD              shell command that reloads the world after a case marked reload
  --loose-errors                of error bodies compare only the code (texts that mirror generated SQL then do not matter)
  --list                        print the ids and titles of the chosen cases and stop`;
const opt = {};
const argv = process.argv.slice(2);
for (let i = 0; i < argv.length; i++) {
  const k = argv[i].replace(/^--/, '');
  if (['list', 'help', 'loose-errors'].includes(k)) opt[k] = true;
  else opt[k] = argv[++i];
}
if (opt.help || (!opt['base-url'] && !opt['tenant-ports'] && !opt.list)) {
  console.log(HELP);
  process.exit(opt.help ? 0 : 2);
}
const dir = opt.cases ?? path.join(here, 'cases');
const features = opt.feature?.split(',');
const onlyTenants = opt.tenant?.split(',');
const re = opt.filter ? new RegExp(opt.filter) : null;
let cases = fs
  .readdirSync(dir)
  .filter((f) => f.endsWith('.jsonl') && (!features || features.includes(f.slice(0, -6))))
  .sort()
  .flatMap((f) =>
    fs
      .readFileSync(path.join(dir, f), 'utf8')
      .split('\n')
      .filter((l) => l.trim())
      .map((l) => JSON.parse(l)),
  );
cases = cases.filter(
  (c) =>
    (!onlyTenants || onlyTenants.includes(c.tenant)) &&
    (!re || re.test(c.id) || re.test(c.title) || c.steps.some((s) => re.test(s.request.path))),
);
if (opt.list) {
  for (const c of cases) console.log(`${c.id}\t${c.tenant}\t${c.title}`);
  process.exit(0);
}
const base = new URL(opt['base-url'] ?? 'http://127.0.0.1');
const suffix = opt['tenants-host-suffix'] ?? '.conformance.localhost';
const ports = opt['tenant-ports'] ? JSON.parse(fs.readFileSync(opt['tenant-ports'], 'utf8')) : null;
const jobs = Number(opt.jobs ?? 4);
const agent = makeAgent(jobs + 4);
const results = [];
const target = (c) => ({
  host: base.hostname,
  port: ports ? ports[c.tenant] : Number(base.port || 80),
  hostHeader: c.tenant + suffix,
  agent,
  fresh: c.fresh,
  timeoutMs: Number(opt.timeout ?? 15000),
});
function loosen(s) {
  if (s.response.status < 300 || s.compare?.body) return s;
  try {
    if (typeof JSON.parse(s.response.body).code !== 'string') return s;
  } catch {
    return s;
  }
  return { ...s, compare: { ...s.compare, body: 'code' } };
}
async function run(c) {
  const fails = [];
  for (const [i, s] of c.steps.entries()) {
    let a;
    try {
      a = await send(target(c), s.request);
    } catch (e) {
      fails.push({ step: i, diffs: [{ what: 'request', want: 'an answer', got: e.message }] });
      break;
    }
    const diffs = compareStep(opt['loose-errors'] ? loosen(s) : s, a);
    if (diffs.length) fails.push({ step: i, diffs });
  }
  results.push({ id: c.id, feature: c.feature, tenant: c.tenant, title: c.title, ok: !fails.length, fails, case: c });
}
// readers run side by side; writers take turns in one lane, so that they never wait for each other's locks
const isWriter = (c) => c.steps.some((x) => !['GET', 'HEAD', 'OPTIONS'].includes(x.request.method));
const plain = cases.filter((c) => !c.serial && !c.reload);
const readers = plain.filter((c) => !isWriter(c));
const writers = plain.filter(isWriter);
let next = 0;
const reader = async () => {
  while (next < readers.length) await run(readers[next++]);
};
const writer = async () => {
  for (const c of writers) await run(c);
};
if (jobs > 1) await Promise.all([...Array.from({ length: jobs - 1 }, reader), writer()]);
else {
  await reader();
  await writer();
}
for (const c of cases.filter((c) => c.serial && !c.reload)) await run(c);
for (const c of cases.filter((c) => c.reload)) {
  if (!opt['reload-cmd']) {
    results.push({
      id: c.id,
      feature: c.feature,
      tenant: c.tenant,
      title: c.title,
      ok: false,
      fails: [{ step: 0, diffs: [{ what: 'runner', want: '--reload-cmd', got: 'not given' }] }],
      case: c,
    });
    continue;
  }
  await run(c);
  spawnSync('sh', ['-c', opt['reload-cmd']], { stdio: 'inherit' });
}
agent.destroy();
const failed = results.filter((r) => !r.ok).sort((a, b) => (a.id < b.id ? -1 : 1));
const max = Number(opt['max-diffs'] ?? 40);
for (const r of failed.slice(0, max)) {
  console.log(`\nFAIL ${r.id}  [${r.tenant}] ${r.title}`);
  for (const f of r.fails) {
    const q = r.case.steps[f.step].request;
    console.log(`  step ${f.step + 1}: ${q.method} ${q.path.length > 300 ? q.path.slice(0, 300) + '…' : q.path}`);
    if (q.headers)
      for (const [k, v] of Object.entries(q.headers))
        console.log(`    > ${k}: ${[].concat(v).join(' | ').slice(0, 200)}`);
    if (q.body !== undefined) console.log(`    > body ${q.body.slice(0, 300)}`);
    else if (q.bodyBase64) console.log(`    > body (base64) ${q.bodyBase64.slice(0, 120)}`);
    for (const d of f.diffs) {
      console.log(`    ${d.what}`);
      console.log(`      want ${typeof d.want === 'string' ? d.want : JSON.stringify(d.want)}`);
      console.log(`      got  ${typeof d.got === 'string' ? d.got : JSON.stringify(d.got)}`);
    }
  }
}
if (failed.length > max) console.log(`\n… and ${failed.length - max} more failing cases`);
const by = {};
for (const r of results) {
  const b = (by[r.feature] ??= { passed: 0, failed: 0 });
  if (r.ok) b.passed++;
  else b.failed++;
}
console.log('\nfeature                passed  failed');
for (const [f, b] of Object.entries(by).sort())
  console.log(`${f.padEnd(22)} ${String(b.passed).padStart(6)}  ${String(b.failed).padStart(6)}`);
if (opt.json)
  fs.writeFileSync(
    opt.json,
    JSON.stringify(
      {
        passed: results.length - failed.length,
        failed: failed.length,
        features: by,
        results: results.map(({ case: _c, ...r }) => r),
      },
      null,
      1,
    ),
  );
console.log(`\n${results.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length || !results.length ? 1 : 0;
