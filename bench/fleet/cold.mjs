// The first request of a branch that nobody asked for since the process started, beside a bare connect and query to a database
// as cold: without and with the schema stored by an earlier process.
//   node bench/fleet/cold.mjs [--branches 60] [--write]
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { openLane, requestBytes } from '../lane.mjs';
import { postgresServer, startDataPlane, withCleanup } from '../processes.mjs';
import { writeSection } from '../table.mjs';
import { createBranches, dropBranches, hostOf } from './branches.mjs';
import { percentileOf } from './numbers.mjs';

const { values: options } = parseArgs({
  options: { branches: { type: 'string', default: '60' }, write: { type: 'boolean', default: false } },
});
const branches = Number(options.branches);

await withCleanup(async (cleanup) => {
  const superuserUrl = await postgresServer(cleanup);
  cleanup.onEnd(() => dropBranches(superuserUrl, branches));
  // No two alike: else the first one's schema would serve the others.
  const tenants = await createBranches(superuserUrl, branches, { distinct: true });
  const bare = [];
  for (const { database_url: url } of tenants) bare.push(await bareQuery(url));

  const home = cleanup.directory;
  const first = await firstAnswers(cleanup, tenants, { PERCH_HOME: home });
  const stored = await firstAnswers(cleanup, tenants, { PERCH_HOME: home });
  const [limit, read, copied] = [bare, first, stored].map((times) => [
    percentileOf(times, 0.5),
    percentileOf(times, 0.9),
  ]);
  const row = (name, [p50, p90], beyond) =>
    `| ${name} | ${p50.toFixed(1)} | ${p90.toFixed(1)} | ${beyond === undefined ? '' : beyond.toFixed(1)} |`;
  const table = [
    `| ms, ${branches} branches | p50 | p90 | p50 beyond the bare one |`,
    '| --- | --: | --: | --: |',
    row('bare connect and query', limit),
    row('first answer, schema read', read, read[0] - limit[0]),
    row('first answer, schema stored by an earlier process', copied, copied[0] - limit[0]),
  ].join('\n');
  process.stdout.write(`${table}\n`);
  if (options.write) writeSection(path.join(import.meta.dirname, '../README.md'), 'cold', table);
});

async function bareQuery(url) {
  const startedAt = performance.now();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('set role perch_bench_anonymous; select json_agg(t) from api.t1 t where id = 7');
  const tookMs = performance.now() - startedAt;
  await client.end();
  return tookMs;
}

/** Milliseconds to the first answer of each branch, one after the other, after one that warms the process itself. */
async function firstAnswers(cleanup, tenants, env) {
  const dataPlane = await startDataPlane(cleanup, tenants, { env });
  const lane = await openLane(dataPlane.port);
  const ask = async (n) => {
    const startedAt = performance.now();
    const status = await lane.send(requestBytes({ method: 'GET', path: '/t1?id=eq.7', headers: {} }, hostOf(n)));
    if (status !== 200) throw new Error(`branch ${n} answered ${status}`);
    return performance.now() - startedAt;
  };
  await ask(0);
  const times = [];
  for (let n = 1; n < tenants.length; n += 1) times.push(await ask(n));
  lane.close();
  // Copies are written behind the answers.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await dataPlane.stop();
  return times;
}
