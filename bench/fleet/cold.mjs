// The first request of a branch that nobody asked for since the process started, beside a bare connect and query to a database
// as cold: without and with the schema stored by an earlier process, where event triggers count its changes and where not.
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

const kinds = [
  { counted: true, suffix: '' },
  { counted: false, suffix: ', no event triggers' },
];

await withCleanup(async (cleanup) => {
  const superuserUrl = await postgresServer(cleanup);
  cleanup.onEnd(() => dropBranches(superuserUrl, branches));
  const lines = [`| ms, ${branches} branches | p50 | p90 | p50 beyond the bare one |`, '| --- | --: | --: | --: |'];
  for (const { counted, suffix } of kinds) {
    // No two alike: else the first one's schema would serve the others.
    const tenants = await createBranches(superuserUrl, branches, { distinct: true, counted });
    const bare = [];
    for (const { database_url: url } of tenants) bare.push(await bareQuery(url));
    const env = { PERCH_HOME: path.join(cleanup.directory, `home-${counted}`) };
    const read = await firstAnswers(cleanup, tenants, env);
    const stored = await firstAnswers(cleanup, tenants, env);
    lines.push(
      row(`bare connect and query${suffix}`, bare),
      row(`first answer, schema read${suffix}`, read, bare),
      row(`first answer, schema stored by an earlier process${suffix}`, stored, bare),
    );
  }
  const table = lines.join('\n');
  process.stdout.write(`${table}\n`);
  if (options.write) writeSection(path.join(import.meta.dirname, '../README.md'), 'cold', table);
});

function row(name, times, bare) {
  const [p50, p90] = [percentileOf(times, 0.5), percentileOf(times, 0.9)];
  const beyond = bare === undefined ? '' : (p50 - percentileOf(bare, 0.5)).toFixed(1);
  return `| ${name} | ${p50.toFixed(1)} | ${p90.toFixed(1)} | ${beyond} |`;
}

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
