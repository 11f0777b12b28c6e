#!/usr/bin/env node
// Sends generated requests to a server and says what it got wrong, or where two servers differ. See README.md.
import { parseArgs } from 'node:util';
import { generateRequest } from './generate-request.mjs';
import { runBatch } from './run-batch.mjs';

const help = `node fuzz.mjs --base-url http://127.0.0.1:8300 [options]
  --base-url URL        the server under test, with the corpus' tenants
  --other-base-url URL  a second one: both get the same requests, and the differences are reported (its answers count as right)
  --same-meaning        also send each read in other spellings, which must get the same answer
  --admin-url URL       admin port of the server under test: its memory is watched
  --seed N              default: from the clock; printed
  --from N, --count N   which requests of the seed (default 0 and 10000)
  --only N              send request N alone and show it with its answer
  --tenants a,b         only requests to these
  --jobs N              requests at a time (default 4; writes take turns where two servers are compared)
  --max-ms N            longest time of one answer, in milliseconds (default 10000)
  --max-memory-mb N     most that resident memory may reach (default 1024)
  --max-shown N         failures printed in full (default 20)`;

const text = { type: 'string' };
const { values } = parseArgs({
  options: {
    'base-url': text,
    'other-base-url': text,
    'admin-url': text,
    seed: text,
    from: text,
    count: text,
    only: text,
    tenants: text,
    jobs: text,
    'max-ms': text,
    'max-memory-mb': text,
    'max-shown': text,
    'same-meaning': { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
if (values.help || values['base-url'] === undefined) {
  console.log(help);
  process.exit(values.help ? 0 : 2);
}
const number = (name, otherwise) => Number(values[name] ?? otherwise);
const seed = number('seed', Date.now() % 1_000_000_000);
const only = values.only === undefined ? undefined : number('only');
const count = only === undefined ? number('count', 10_000) : 1;

async function residentMb() {
  if (values['admin-url'] === undefined) return undefined;
  const metrics = await (await fetch(`${values['admin-url']}/metrics`)).text();
  return Math.round(Number(/^process_resident_memory_bytes\S* (\S+)/m.exec(metrics)?.[1]) / 1024 / 1024);
}

const show = (value, most = 400) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const shown = text.replace(/[\p{C}\x80-\xff]/gu, (odd) => `\\u${odd.codePointAt(0).toString(16).padStart(4, '0')}`);
  return shown.length > most ? `${shown.slice(0, most)}… (${shown.length})` : shown;
};

function showRequest({ index, tenant, request }, most) {
  console.log(`\n#${index} [${tenant}] ${request.method} ${show(request.path, most)}`);
  for (const [name, value] of Object.entries(request.headers)) console.log(`    > ${name}: ${show(value, most)}`);
  if (request.body !== undefined) console.log(`    > body ${show(request.body, most)}`);
  if (request.bodyBase64 !== undefined) console.log(`    > body (base64) ${show(request.bodyBase64, most)}`);
}

if (only !== undefined) showRequest(generateRequest(seed, only), 100_000);
const started = Date.now();
const before = await residentMb();
let shown = 0;
const report = await runBatch({
  baseUrl: values['base-url'],
  otherBaseUrl: values['other-base-url'],
  sameMeaning: values['same-meaning'],
  seed,
  from: only ?? number('from', 0),
  count,
  jobs: number('jobs', 4),
  maxMs: number('max-ms', 10_000),
  tenants: values.tenants?.split(','),
  progress: (done) => {
    const seconds = (Date.now() - started) / 1000;
    if (done % 5000 === 0) console.error(`${done} of ${count}, ${Math.round(done / seconds)} a second`);
  },
});
for (const failure of report.failures) {
  if ((shown += 1) > number('max-shown', 20)) break;
  showRequest(failure);
  for (const found of failure.found) {
    if (typeof found === 'string') console.log(`    ${found}`);
    else console.log(`    ${found.what}\n      want ${show(found.want)}\n      got  ${show(found.got)}`);
  }
}
console.log('\nanswers (count, kind, first request)');
const kinds = [...report.kinds].sort(([, a], [, b]) => b.count - a.count);
for (const [kind, { count: times, index }] of kinds)
  console.log(`${String(times).padStart(8)}  ${kind.padEnd(16)} #${index}`);
console.log('\nslowest');
const slowest = report.slowest.sort((a, b) => b.ms - a.ms).slice(0, 5);
for (const { ms, index, path } of slowest) console.log(`${String(ms).padStart(8)} ms  #${index} ${path}`);
const after = await residentMb();
if (after !== undefined) {
  console.log(`\nmemory ${before} MB before, ${after} MB after`);
  if (after > number('max-memory-mb', 1024)) report.failures.push({ index: -1 });
}
const failed = report.failures.length;
console.log(`\nseed ${seed}: ${report.sent - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || report.sent === 0 ? 1 : 0;
