// How long from the enabling call to the first 200 through the URL: a `perch up` of its own, a few projects one after the other.
//   node bench/enable.mjs [--projects 7] [--write]
import path from 'node:path';
import { parseArgs } from 'node:util';
import { withCleanup } from './processes.mjs';
import { writeSection } from './table.mjs';
import { enableProject, startPerch } from './up.mjs';

const { values: options } = parseArgs({
  options: { projects: { type: 'string', default: '7' }, write: { type: 'boolean', default: false } },
});

await withCleanup(async (cleanup) => {
  const perch = await startPerch(cleanup);
  const samples = [];
  for (let n = 0; n < Number(options.projects); n += 1) samples.push(await enableOne(perch, n));
  const table = render(samples);
  process.stdout.write(`${table}\n`);
  if (options.write) writeSection(path.join(import.meta.dirname, 'README.md'), 'enable', table);
});

/** Milliseconds of the call, and from its start to the first 200 of a table's rows. */
async function enableOne(perch, n) {
  const sql = 'CREATE TABLE birds (id int PRIMARY KEY); INSERT INTO birds VALUES (1)';
  const { url, startedAt, answeredMs } = await enableProject(perch, `bench ${n}`, sql);
  for (;;) {
    const response = await fetch(`${url}/birds`);
    await response.arrayBuffer();
    if (response.status === 200) return { answeredMs, firstRowMs: performance.now() - startedAt };
  }
}

function render(samples) {
  const row = (name, values) => {
    const sorted = values.map(Math.round).sort((a, b) => a - b);
    return `| ${name} | ${sorted[0]} | ${sorted[Math.floor(sorted.length / 2)]} | ${sorted.at(-1)} |`;
  };
  return [
    `| ms, ${samples.length} projects | min | median | max |`,
    '| --- | --: | --: | --: |',
    row(
      'the enabling call',
      samples.map(({ answeredMs }) => answeredMs),
    ),
    row(
      'from the call to the first 200',
      samples.map(({ firstRowMs }) => firstRowMs),
    ),
  ].join('\n');
}
