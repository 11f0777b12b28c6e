// What many branches in one process cost each of them: the same rate to one branch, and by Zipf's law over many.
//   node bench/fleet/zipf.mjs [--branches 1000] [--rate 500] [--seconds 10] [--write]
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openLane, requestBytes } from '../lane.mjs';
import { messageOf, postgresServer, startClient, startDataPlane, withCleanup } from '../processes.mjs';
import { writeSection } from '../table.mjs';
import { createBranches, dropBranches, hostOf } from './branches.mjs';

const { values: options } = parseArgs({
  options: {
    branches: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '10' },
    write: { type: 'boolean', default: false },
  },
});
const [branches, rate, seconds] = [options.branches, options.rate, options.seconds].map(Number);

await withCleanup(async (cleanup) => {
  // A connection for each, as a fleet has them whose databases are many servers.
  const superuserUrl = await postgresServer(cleanup, { max_connections: branches + 50, shared_buffers: '256MB' });
  cleanup.onEnd(() => dropBranches(superuserUrl, branches));
  const tenants = await createBranches(superuserUrl, branches);
  const dataPlane = await startDataPlane(cleanup, tenants, { env: { PERCH_MAX_CONNECTIONS: String(branches) } });
  await askEach(dataPlane.port, branches);
  const target = (_, n) => ({ host: hostOf(n), path: '/t1?id=eq.7' });
  const load = async (count, zipf) => {
    const targets = Array.from({ length: count }, target);
    const client = startClient('fleet/paced-load.mjs', { port: dataPlane.port, targets, zipf, rate, seconds });
    await messageOf(client);
    return messageOf(client);
  };
  const runs = [];
  for (let round = 0; round < 3; round += 1) runs.push({ one: await load(1, false), all: await load(branches, true) });
  runs.sort((a, b) => a.all.p99Ms / a.one.p99Ms - b.all.p99Ms / b.one.p99Ms);
  const { one, all } = runs[1];
  const row = (name, seen) => `| ${name} | ${seen.p50Ms.toFixed(2)} | ${seen.p99Ms.toFixed(2)} | ${seen.failed} |`;
  const table = [
    `| ${rate} requests a second | p50 ms | p99 ms | failed |`,
    '| --- | --: | --: | --: |',
    row('to one branch', one),
    row(`to ${branches.toLocaleString('en-US')} branches by Zipf's law`, all),
    '',
    `p99 of many / p99 of one: ${(all.p99Ms / one.p99Ms).toFixed(1)}, the middle one of 3 rounds of ${seconds} s each. Every branch was asked once`,
    'before; a connection that nobody used for half a minute is closed, so that requests to rare branches open one.',
  ].join('\n');
  process.stdout.write(`${table}\n`);
  if (options.write) writeSection(path.join(import.meta.dirname, '../README.md'), 'zipf', table);
});

async function askEach(port, count) {
  const lane = await openLane(port);
  for (let n = 0; n < count; n += 1) {
    const status = await lane.send(requestBytes({ method: 'GET', path: '/t1?id=eq.7', headers: {} }, hostOf(n)));
    if (status !== 200) throw new Error(`branch ${n} answered ${status}`);
  }
  lane.close();
}
