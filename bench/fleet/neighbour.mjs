// What a noisy neighbour costs: a branch is asked at a fixed rate while another one in the same process has slow queries, errors,
// or a flood that its rate limit turns away.
//   node bench/fleet/neighbour.mjs [--rate 300] [--seconds 8] [--write]
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, postgresServer, startClient, startDataPlane, withCleanup } from '../processes.mjs';
import { writeSection } from '../table.mjs';
import { createBranches, dropBranches, hostOf } from './branches.mjs';

const { values: options } = parseArgs({
  options: {
    rate: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '8' },
    write: { type: 'boolean', default: false },
  },
});
const [rate, seconds] = [options.rate, options.seconds].map(Number);
const QUIET = 0;
const NOISY = 1;

const noises = [
  // As many as wait for its four connections, and as many again.
  { name: 'slow queries (0.5 s, 40 at a time)', path: '/rpc/slow?seconds=0.5', rate: 80, connections: 40, status: 204 },
  { name: 'errors (300 a second)', path: '/t1?nothing=eq.1', rate: 300, connections: 16, status: 400 },
  { name: 'a flood (1,000 a second, rate limit 20)', path: '/t1?id=eq.7', rate: 1_000, connections: 64, status: 429 },
];

await withCleanup(async (cleanup) => {
  const superuserUrl = await postgresServer(cleanup);
  cleanup.onEnd(() => dropBranches(superuserUrl, 2));
  const [quiet, noisy] = await createBranches(superuserUrl, 2);
  const limited = { ...noisy, settings: { ...noisy.settings, rate_limit: { requests_per_second: 20, burst: 20 } } };
  const rows = [];
  for (const noise of noises) {
    const tenants = [quiet, noise.status === 429 ? limited : noisy];
    const dataPlane = await startDataPlane(cleanup, tenants);
    const load = (message) => startClient('fleet/paced-load.mjs', { port: dataPlane.port, ...message });
    const watch = async () => {
      const client = load({ targets: [{ host: hostOf(QUIET), path: '/t1?id=eq.7' }], rate, seconds });
      await messageOf(client);
      return messageOf(client);
    };
    const rounds = [];
    for (let round = 0; round < 3; round += 1) {
      const alone = await watch();
      const target = { host: hostOf(NOISY), path: noise.path, status: noise.status };
      const disturber = load({ ...noise, targets: [target], seconds: seconds + 4 });
      await messageOf(disturber);
      const disturbed = await watch();
      disturber.kill();
      rounds.push({ alone, disturbed });
    }
    await dataPlane.stop();
    rounds.sort((a, b) => a.disturbed.p99Ms / a.alone.p99Ms - b.disturbed.p99Ms / b.alone.p99Ms);
    const { alone, disturbed } = rounds[1];
    const change = Math.round(100 * (disturbed.p99Ms / alone.p99Ms - 1));
    const figures = [
      alone.p99Ms.toFixed(2),
      disturbed.p99Ms.toFixed(2),
      `${change > 0 ? '+' : ''}${change} %`,
      disturbed.failed,
    ];
    rows.push(`| ${noise.name} | ${figures.join(' | ')} |`);
    process.stderr.write(`${rows.at(-1)}\n`);
  }
  const head = [
    '| the neighbour has | p99 ms alone | p99 ms beside it | | failed |',
    '| --- | --: | --: | --: | --: |',
  ];
  const note = `The quiet branch is asked ${rate} times a second; the middle one of 3 rounds of ${seconds} s each.`;
  const table = [...head, ...rows, '', note].join('\n');
  process.stdout.write(`${table}\n`);
  if (options.write) writeSection(path.join(import.meta.dirname, '../README.md'), 'neighbour', table);
});
