// Two worker processes behind one port beside one: requests per second of a few kinds.
//   node bench/fleet/workers.mjs [--seconds 4] [--write]
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, postgresServer, startClient, startDataPlane, withCleanup } from '../processes.mjs';
import { requests } from '../requests.mjs';
import { writeSection } from '../table.mjs';
import { createWorld, dropWorld, tenants, token } from '../world.mjs';

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '4' }, write: { type: 'boolean', default: false } },
});
const seconds = Number(options.seconds);
const host = 'bench.localhost';
const headers = { accept: '*/*', authorization: `Bearer ${token()}`, 'user-agent': 'bench' };
const kinds = ['single row', 'rpc', 'insert one', 'OPTIONS'];

await withCleanup(async (cleanup) => {
  const superuserUrl = await postgresServer(cleanup);
  const databaseUrl = await createWorld(superuserUrl);
  cleanup.onEnd(() => dropWorld(superuserUrl));
  const planes = [];
  for (const workers of [1, 2]) {
    planes.push(await startDataPlane(cleanup, tenants(databaseUrl), { flags: ['--workers', `${workers}`] }));
  }
  const rows = [];
  for (const kind of kinds) {
    const given = requests.find((candidate) => candidate.kind === kind);
    const request = { ...given, headers: { ...headers, ...given.headers } };
    const rounds = [];
    for (let round = 0; round < 3; round += 1) {
      const seen = [];
      for (const { port } of planes) {
        const client = startClient('load.mjs', { port, host, request, connections: 16, seconds });
        await messageOf(client);
        seen.push((await messageOf(client)).perSecond);
      }
      rounds.push(seen);
    }
    const [one, two] = rounds.sort((a, b) => a[1] / a[0] - b[1] / b[0])[1];
    const figure = (value) => Math.round(value).toLocaleString('en-US');
    rows.push(`| ${kind} | ${figure(one)} | ${figure(two)} | ${(two / one).toFixed(2)} |`);
    process.stderr.write(`${rows.at(-1)}\n`);
  }
  const head = ['| request | 1 worker, req/s | 2 workers, req/s | 2 / 1 |', '| --- | --: | --: | --: |'];
  const note =
    'Client, workers and PostgreSQL on the same two cores: what a second worker gains is what the first one left idle.';
  const table = [...head, ...rows, '', note].join('\n');
  process.stdout.write(`${table}\n`);
  if (options.write) writeSection(path.join(import.meta.dirname, '../README.md'), 'workers', table);
});
