// How long until a change made through the management API is what requests meet: a setting changed again and again, and its data
// API asked without a pause.
//   node bench/fleet/change.mjs [--changes 50] [--write]
import path from 'node:path';
import { parseArgs } from 'node:util';
import { withCleanup } from '../processes.mjs';
import { writeSection } from '../table.mjs';
import { enableProject, startPerch } from '../up.mjs';
import { percentileOf } from './numbers.mjs';

const { values: options } = parseArgs({
  options: { changes: { type: 'string', default: '50' }, write: { type: 'boolean', default: false } },
});

await withCleanup(async (cleanup) => {
  const perch = await startPerch(cleanup);
  const { url, route } = await enableProject(
    perch,
    'changes',
    'CREATE TABLE birds AS SELECT n AS id FROM generate_series(1, 100) n',
  );
  const times = [];
  for (let change = 0; change < Number(options.changes); change += 1) {
    const rows = 1 + (change % 50);
    const startedAt = performance.now();
    const changed = perch.call('PATCH', route, { settings: { db_max_rows: rows } });
    while ((await rowsOf(url)) !== rows);
    times.push(performance.now() - startedAt);
    await changed;
  }
  const figures = [0.5, 0.99, 1].map((share) => percentileOf(times, share).toFixed(0));
  const table = [
    `| ms, ${times.length} changes | p50 | p99 | max |`,
    '| --- | --: | --: | --: |',
    `| from the PATCH to its effect | ${figures.join(' | ')} |`,
  ].join('\n');
  process.stdout.write(`${table}\n`);
  if (options.write) writeSection(path.join(import.meta.dirname, '../README.md'), 'change', table);
});

async function rowsOf(url) {
  const response = await fetch(`${url}/birds`);
  const rows = await response.json();
  if (!response.ok) throw new Error(JSON.stringify(rows));
  return rows.length;
}
